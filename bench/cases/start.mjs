// Commands as whole processes, over a bare start of Node: --version, list over 1,000 installed skills, install of a small one.
import { spawnSync } from "node:child_process";
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CATALOG, compose, nodePlatform } from "palyra";
import { buildArtifact } from "palyra-skills";
import { buildInput, repository } from "../inputs.mjs";
import { pairs } from "../measure.mjs";

const command = join(repository, "packages/palyra/bin/palyra.js");
const SKILLS = 1000;
const EMPTY_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

/** A signed skill of one empty module; the check of entry points is switched off by the policy beside it. */
async function smallSkill(folder, number) {
  const manifest = `skill_id = "acme.s${number}"\nname = "Skill ${number}"\nversion = "1.0.0"\npublisher = "acme"\n[[entrypoints.tools]]\nid = "acme.s${number}.run"\nname = "run"\ndescription = "Runs"\ninput_schema = { type = "object" }\noutput_schema = { type = "object" }\n[compat]\nrequired_protocol_major = 1\nmin_palyra_version = "0.1.0"\n`;
  const input = { ...buildInput([{ path: "m.wasm", bytes: EMPTY_MODULE }]), manifest: new TextEncoder().encode(manifest) };
  const file = join(folder, `s${number}.palyra-skill`);
  writeFileSync(file, (await buildArtifact(input, nodePlatform)).bytes);
  return file;
}

function palyra(state, words) {
  const run = spawnSync(process.execPath, [command, ...words], {
    encoding: "utf8",
    // The document of a thousand skills is more than a megabyte.
    maxBuffer: 16 * 1024 * 1024,
    env: { ...process.env, PALYRA_STATE_ROOT: state, NO_COLOR: "1" },
  });
  if (run.status !== 0) throw new Error(`palyra ${words.join(" ")}: ${run.error?.message ?? run.stderr}`);
  return run.stdout;
}
const bare = () => spawnSync(process.execPath, ["-e", "0"]);

/** What an install of one file cannot do without: a file and its folder written, synced and renamed, five times. */
function bareWithSyncs(folder, number) {
  bare();
  const target = join(folder, `sync-${number}`);
  mkdirSync(target);
  for (let i = 0; i < 5; i++) {
    const file = join(target, `f${i}`);
    const handle = openSync(`${file}.new`, "w");
    writeSync(handle, "x".repeat(2000));
    fsyncSync(handle);
    closeSync(handle);
    renameSync(`${file}.new`, file);
    const parent = openSync(target, "r");
    fsyncSync(parent);
    closeSync(parent);
  }
}

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), "palyra-bench-"));
  try {
    const state = join(folder, "state");
    const policy = join(folder, "policy.json");
    writeFileSync(policy, JSON.stringify({ checks: { tool_entry_points: "off" } }));
    const services = compose({ stateRoot: state, auditPolicy: policy }, process.env);
    const install = await CATALOG["skills install"].load();
    const call = {
      now: Date.now(),
      principal: "user:local",
      deviceId: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
      channel: null,
      signal: new AbortController().signal,
      progress() {},
      warn() {},
    };
    for (let number = 0; number < SKILLS; number++)
      await install.run(services, { artifact: await smallSkill(folder, number), allowUntrusted: true }, call);

    const listed = JSON.parse(palyra(state, ["skills", "list", "--json"])).count;
    if (listed !== SKILLS) throw new Error(`${listed} of ${SKILLS} skills are listed`);
    let number = SKILLS;
    const next = [];
    for (let i = 0; i < 30; i++) next.push(await smallSkill(folder, number++));
    const small = join(folder, "small");
    return [
      {
        what: "palyra --version",
        floor: "node -e 0",
        ...(await pairs(() => palyra(state, ["--version"]), bare, { samples: 15 })),
        limit: 1.3,
      },
      {
        what: `palyra skills list, ${SKILLS} installed`,
        floor: "node -e 0",
        ...(await pairs(() => palyra(state, ["skills", "list"]), bare, { samples: 15 })),
        limit: 2,
      },
      {
        what: "palyra skills install, a small skill into a new home",
        floor: "node -e 0 and five synced files",
        ...(await pairs(
          () =>
            palyra(small, [
              "skills",
              "install",
              "--artifact",
              next.pop(),
              "--allow-untrusted",
              "--audit-policy",
              policy,
              "--yes",
            ]),
          () => bareWithSyncs(folder, number++),
          { samples: 11 },
        )),
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
