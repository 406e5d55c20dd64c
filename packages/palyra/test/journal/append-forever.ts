// A process of its own that writes events, and a status with each, until it has written enough or is killed.
import { newEvent, openJournal } from "../../src/journal/index.ts";

const [file = "", name = "", count = ""] = process.argv.slice(2);
const actor = { now: 1, principal: `user:${name}`, deviceId: "device", channel: null };
const journal = await openJournal(file, { create: true, auditFile: `${file}.ndjson` });
for (let n = 0; n < Number(count); n += 1) {
  const version = `1.0.${n}`;
  await journal.transaction((writer) => {
    const row = { skill_id: name, version, status: "quarantined", reason: null, detected_at_ms: n, operator_principal: "p" };
    writer.putStatus(row, n);
    writer.append(newEvent(`${name}-${n}`, actor, "skill.quarantined", row));
  });
  if (n === 0) process.stdout.write("writing\n");
}
await journal.close();
