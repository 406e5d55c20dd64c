/** One operation in a process of its own, so that it can be killed: `driver.mjs <root> <operation as JSON>`. */
import { exit } from "node:process";
import type { FollowedList } from "palyra-skills/trust";
import { faultWasThrown } from "../../src/files/index.ts";
import type { StoreChange } from "../../src/lifecycle/index.ts";
import {
  changeTrust,
  decideTrustChange,
  installSkill,
  reauditSkills,
  removeSkill,
  useVersion,
} from "../../src/lifecycle/index.ts";
import { followList, refreshLists, unfollowList } from "../../src/lifecycle/revocation-lists.ts";
import type { TrustChange } from "../../src/trust/index.ts";
import { homeIn, installRequest, newCall, reauditRequest } from "./parts.ts";

export type Operation =
  | { readonly op: "install"; readonly files: readonly string[]; readonly allowDowngrade?: boolean }
  | { readonly op: "remove"; readonly skillIds: readonly string[] }
  | { readonly op: "use"; readonly skillId: string; readonly version: string }
  | { readonly op: "trust"; readonly change: StoreChange }
  | { readonly op: "constraints"; readonly change: TrustChange }
  | { readonly op: "follow"; readonly list: FollowedList }
  | { readonly op: "unfollow"; readonly issuer: string }
  | { readonly op: "refresh" }
  | { readonly op: "reaudit" };

const [root = "", operation = ""] = process.argv.slice(2);
const home = homeIn(root);
const asked: Operation = JSON.parse(operation);
try {
  switch (asked.op) {
    case "install":
      for (const file of asked.files)
        await installSkill(
          home,
          installRequest(file, { allowDowngrade: asked.allowDowngrade === true }),
          newCall(),
          async () => {},
        );
      break;
    case "remove":
      for (const skillId of asked.skillIds) await removeSkill(home, { skillId }, newCall());
      break;
    case "use":
      await useVersion(home, { skillId: asked.skillId, version: asked.version, allowDowngrade: true }, newCall());
      break;
    case "trust":
      await changeTrust(home, asked.change, newCall());
      break;
    case "reaudit":
      await reauditSkills(home, reauditRequest(), newCall("system:daemon"));
      break;
    case "constraints":
      await decideTrustChange(home, asked.change.do, () => asked.change, newCall());
      break;
    case "follow":
      await followList(home, asked.list, newCall());
      break;
    case "unfollow":
      await unfollowList(home, asked.issuer, newCall());
      break;
    case "refresh":
      for (const { error } of await refreshLists(home, newCall())) if (error !== undefined) throw error;
  }
  if (faultWasThrown()) process.stderr.write("fault point hit\n");
} catch (error) {
  if (faultWasThrown()) process.stderr.write("fault point hit\n");
  process.stderr.write(error instanceof Error && "code" in error ? String(error.code) : String(error));
  exit(1);
}
