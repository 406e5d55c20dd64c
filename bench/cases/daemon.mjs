// The daemon over 10,000 installed skills: its start over a bare start of Node, and 100 requests in flight over a server of the same HTTP
// library that answers the same bytes.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleDriver } from "../driver.mjs";
import { repository } from "../inputs.mjs";
import { pairs } from "../measure.mjs";

const SKILLS = 10_000;
const IN_FLIGHT = 100;
const TOKEN = "token-of-the-benchmark";
const ADMIN = {
  authorization: `Bearer ${TOKEN}`,
  "x-palyra-principal": "user:bench",
  "x-palyra-device-id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
};

/** One answer, read to its end. */
function ask(agent, port, { method = "GET", path, body }) {
  return new Promise((resolve, reject) => {
    const headers = {
      ...ADMIN,
      ...(body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    };
    const sent = request({ agent, host: "127.0.0.1", port, method, path, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString());
        else reject(new Error(`${path}: ${response.statusCode} ${Buffer.concat(chunks)}`));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** So many requests, always as many in flight as are allowed. */
async function load(port, count, requestOf) {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  let next = 0;
  const lane = async () => {
    while (next < count) await ask(agent, port, requestOf(next++));
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  agent.destroy();
}

function started(words, env, input) {
  const child = spawn(process.execPath, words, { env, stdio: ["pipe", "pipe", "ignore"] });
  child.stdin.end(input);
  let said = "";
  const line = new Promise((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      said += chunk;
      if (said.includes("\n")) resolve(said.slice(0, said.indexOf("\n")));
    });
    child.on("close", (code) => reject(new Error(`${words.join(" ")} ended with ${code}`)));
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const stop = () => {
    child.kill("SIGTERM");
    return ended;
  };
  return { line, stop };
}

function palyrad(root) {
  const env = {
    ...process.env,
    HOME: root,
    PALYRA_STATE_ROOT: root,
    PALYRA_ADMIN_TOKEN: TOKEN,
    PALYRA_VAULT_BACKEND: "encrypted_file",
  };
  const words = [join(repository, "packages/palyra/bin/palyrad.js"), "--port", "0", "--json", "--reaudit-interval-ms", "0"];
  return started(words, { ...env }, "");
}

async function makeStore(root, skills) {
  const driver = await bundleDriver("store");
  try {
    execFileSync(process.execPath, [driver.file, root, String(skills)], { stdio: ["ignore", "ignore", "inherit"] });
  } finally {
    driver.remove();
  }
}

export async function run({ skills = SKILLS } = {}) {
  const root = mkdtempSync(join(tmpdir(), "palyra-bench-"));
  const stops = [];
  try {
    await makeStore(root, skills);
    const start = await pairs(
      async () => {
        const daemon = palyrad(root);
        await daemon.line;
        await daemon.stop();
      },
      () => spawnSync(process.execPath, ["-e", "0"]),
      { samples: 7, warmup: 1 },
    );
    const daemon = palyrad(root);
    stops.push(daemon.stop);
    const port = Number(new URL(JSON.parse(await daemon.line).url).port);
    const agent = new Agent({ keepAlive: true });
    const [first] = JSON.parse(await ask(agent, port, { path: "/admin/v1/skills?limit=1" })).entries;
    const page = { path: "/admin/v1/skills?limit=100" };
    const one = { path: `/admin/v1/skills/${first.skill_id}` };
    const change = (number) => ({
      method: "POST",
      path: `/admin/v1/skills/${first.skill_id}/${number % 2 === 0 ? "quarantine" : "disable"}`,
      body: JSON.stringify({ version: first.version, reason: "benchmark" }),
    });
    const answers = [page, one, change(0), change(1)];
    const constants = [];
    for (const { method = "GET", path, body } of answers)
      constants.push({ method, path: path.split("?")[0], body: await ask(agent, port, { method, path, body }) });
    agent.destroy();
    const bare = started(
      [join(repository, "bench/drivers/bare-server.mjs")],
      process.env,
      `${constants.map((each) => JSON.stringify(each)).join("\n")}\n{}\n`,
    );
    stops.push(bare.stop);
    const barePort = Number(await bare.line);
    const over = async (count, requestOf, options) => {
      const measured = await pairs(
        () => load(port, count, requestOf),
        () => load(barePort, count, requestOf),
        options,
      );
      return { ms: measured.ms / count, floorMs: measured.floorMs / count, ratio: measured.ratio };
    };
    const floor = "a bare server of the same library, the same bytes";
    return [
      { what: `palyrad from its start to ready, ${skills} skills`, floor: "node -e 0", ...start },
      {
        what: `API, one skill with its last audit, ${IN_FLIGHT} in flight`,
        floor,
        ...(await over(4000, () => one, { samples: 9 })),
        limit: 2,
      },
      {
        what: `API, a page of 100 skills, ${IN_FLIGHT} in flight`,
        floor,
        ...(await over(2000, () => page, { samples: 9 })),
        limit: 2,
      },
      {
        what: `API, quarantine and disable in turn, ${IN_FLIGHT} in flight`,
        floor,
        ...(await over(300, change, { samples: 5, warmup: 1 })),
      },
    ];
  } finally {
    for (const stop of stops) await stop();
    rmSync(root, { recursive: true, force: true });
  }
}
