// T37 against a server that is there: what an operator has granted is reached, and by no other spelling of its address anything else is.
import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { NETWORK, type Network } from "../../../src/execution/broker/http/connect.ts";
import { lookUp } from "../../../src/execution/broker/http/lookups.ts";
import { CERTIFICATE } from "../../net/certificate.ts";
import { httpsServer } from "../../net/server.ts";
import { broker, CODE, fetchBy, send } from "./calls.ts";

/** On every address of this machine. */
async function server(): Promise<{ readonly port: number; readonly seen: string[] }> {
  const seen: string[] = [];
  const listening = createServer((request, response) => {
    seen.push(request.headers.host ?? "");
    response.end("inside");
  });
  await new Promise<void>((resolve) => listening.listen(0, "0.0.0.0", resolve));
  onTestFinished(() => void listening.close());
  const address = listening.address();
  return { port: address === null || typeof address === "string" ? 0 : address.port, seen };
}

/** The same machine, another, or none: as somebody would write it who wants to get past a list of names. */
const SPELLINGS = [
  "127.0.0.1",
  "127.1",
  "127.0.1",
  "127.00000.0.1",
  "127.0.0.1.",
  "2130706433",
  "017700000001",
  "0x7f000001",
  "0x7f.0x0.0x0.0x1",
  "0177.0.0.01",
  "①②⑦.0.0.1",
  "１２７。０。０。１",
  "127%2e0.0.1",
  "%31%32%37.0.0.1",
  "127.0.0.2",
  "127.255.255.254",
  "0",
  "0.0.0.0",
  "0x0",
  "255.255.255.255",
  "0xffffffff",
  "10.0.0.1",
  "012.0.0.1",
  "172.16.0.1",
  "192.168.0.1",
  "0300.0250.1.1",
  "169.254.169.254",
  "0xa9fea9fe",
  "2852039166",
  "0251.0376.0251.0376",
  "100.64.0.1",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "192.88.99.1",
  "198.18.0.1",
  "224.0.0.1",
  "239.255.255.250",
  "240.0.0.1",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::]",
  "[::127.0.0.1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::ffff:0:127.0.0.1]",
  "[0:0:0:0:0:ffff:169.254.169.254]",
  "[64:ff9b::127.0.0.1]",
  "[64:ff9b::a9fe:a9fe]",
  "[64:ff9b:1::1]",
  "[2002:7f00:1::]",
  "[2002:a9fe:a9fe::1]",
  "[2001:0:7f00:1::1]",
  "[2001:20::1]",
  "[2001:db8::1]",
  "[3fff::1]",
  "[5f00::1]",
  "[100::1]",
  "[fe80::1]",
  "[fec0::1]",
  "[fc00::1]",
  "[fd00:ec2::254]",
  "[ff02::1]",
  "[ff05::2]",
  "8.8.8.8",
  "[2606:4700:4700::1111]",
] as const;
/** No host of a URL at all: a zone, a number too many, an escape that ends the name. */
const NO_HOSTS = [
  "[fe80::1%25eth0]",
  "[fe80::1%eth0]",
  "[::1",
  "256.256.256.256",
  "1.2.3.4.5",
  "4294967296",
  "a.b.0x7f",
  "127.0.0.1%2f",
  "127.0.0.1%00",
  "[v1.x]",
];

describe("T37: under the operator's grant for one origin", () => {
  it("that origin is reached, and every address in another spelling is refused without a connection", async () => {
    const { port, seen } = await server();
    const of = await broker({ http: { hosts: ["*"], grants: [{ origin: `http://localhost:${port}`, anyAddress: true }] } });
    for (const scheme of ["http", "https"])
      for (const host of SPELLINGS)
        for (const at of [`:${port}`, ""])
          expect((await send(of, { url: `${scheme}://${host}${at}/` })).code, `${scheme} ${host}${at}`).toBe(CODE.denied);
    for (const host of NO_HOSTS) expect((await send(of, { url: `http://${host}:${port}/` })).code, host).toBe(CODE.invalid);
    expect(seen).toEqual([]);
    expect(await fetchBy(of, { url: `http://localhost:${port}/` })).toMatchObject({ code: 0, body: "inside" });
    expect(seen).toEqual([`localhost:${port}`]);
  });

  it("a granted address is one address, however it is written, and no other port of it", async () => {
    const { port, seen } = await server();
    const of = await broker({ http: { hosts: ["*"], grants: [{ origin: `http://127.0.0.1:${port}`, anyAddress: true }] } });
    for (const host of ["127.0.0.1", "127.1", "0x7f000001", "2130706433"])
      expect(await fetchBy(of, { url: `http://${host}:${port}/` }), host).toMatchObject({ code: 0, body: "inside" });
    expect(new Set(seen)).toEqual(new Set([`127.0.0.1:${port}`]));
    for (const url of [
      `https://127.0.0.1:${port}/`,
      "http://127.0.0.1/",
      `http://127.0.0.2:${port}/`,
      `http://[::ffff:127.0.0.1]:${port}/`,
    ])
      expect((await send(of, { url })).code, url).toBe(CODE.denied);
  });

  it("a name that the system itself knows is no way around: localhost, in every spelling", async () => {
    const of = await broker({ http: { hosts: ["*"] } });
    for (const host of ["localhost", "LOCALHOST", "localhost.", "ⓛocalhost", "local\u00adhost", "loc\u200balhost"])
      expect(await fetchBy(of, { url: `https://${host}/` }), host).toEqual({ code: CODE.denied });
  });

  it("a name in other letters is another name: what is declared in ASCII is not met by its look-alike", async () => {
    const of = await broker({ http: { hosts: ["apple.example", "*.wild.example"] } });
    for (const host of [
      "аpple.example",
      "apple.example.evil.example",
      "apple。evil.example",
      "xn--pple-43d.example",
      "wild.example",
    ])
      expect((await send(of, { url: `https://${host}/` })).code, host).toBe(CODE.denied);
  });
});

describe("T37: DNS answers that change", () => {
  const public4 = "93.184.216.34";
  it("between the check and the connection: the socket's own address counts, before a byte is sent", async () => {
    let inside = 0;
    const origin = await httpsServer((_, response) => {
      inside += 1;
      response.end("inside");
    });
    const port = Number(new URL(origin).port);
    const rebinding: Network = {
      resolve: async () => [public4],
      connect: (_, at, signal) => NETWORK.connect("127.0.0.1", at, signal),
    };
    const grants = [{ origin: `https://localhost:${port}`, anyAddress: false, ca: CERTIFICATE }];
    const of = await broker({ http: { grants }, network: rebinding });
    expect(await fetchBy(of, { url: `https://localhost:${port}/` })).toEqual({ code: CODE.denied });
    expect(inside).toBe(0);
  });

  it("between a request and its redirect: each hop looks its name up and is held against its own answer", async () => {
    const first = await httpsServer((_, response) => void response.writeHead(302, { location: "https://second.example/" }).end());
    const port = new URL(first).port;
    const tried: string[] = [];
    const answers = [["127.0.0.1"], ["169.254.169.254", "::ffff:127.0.0.1", "fe80::1%lo", "0.0.0.0"]];
    const of = await broker({
      http: { hosts: ["second.example"], grants: [{ origin: `https://localhost:${port}`, anyAddress: true, ca: CERTIFICATE }] },
      network: {
        resolve: async () => answers.shift() ?? [],
        connect: (address, at, signal) => {
          tried.push(address);
          return NETWORK.connect(address, at, signal);
        },
      },
    });
    expect(await fetchBy(of, { url: `https://localhost:${port}/` })).toEqual({ code: CODE.denied });
    expect(tried).toEqual(["127.0.0.1"]);
  });

  it("a thousand of them: four are tried, none that is not public, and none at all is a failure", async () => {
    const tried: string[] = [];
    const connect: Network["connect"] = async (address) => {
      tried.push(address);
      throw new Error("nobody there");
    };
    const many = Array.from({ length: 1000 }, (_, at) => (at % 2 === 0 ? `10.0.0.${at % 256}` : `93.184.216.${at % 256}`));
    const of = await broker({ http: { hosts: ["a.example"] }, network: { resolve: async () => many, connect } });
    expect(await fetchBy(of, { url: "https://a.example/" })).toEqual({ code: CODE.failed });
    expect(tried).toEqual(["93.184.216.1", "93.184.216.3", "93.184.216.5", "93.184.216.7"]);
    const nobody = await broker({ http: { hosts: ["a.example"] }, network: { resolve: async () => [], connect } });
    expect(await fetchBy(nobody, { url: "https://a.example/" })).toEqual({ code: CODE.failed });
  });
});

describe("T37: a redirect", () => {
  it("leads to no other spelling, scheme, port or user either", async () => {
    const places = [
      // A header is ASCII.
      ...SPELLINGS.filter((host) => /^[!-~]+$/.test(host)).map((host) => `https://${host}/`),
      "//127.0.0.1/",
      "http://a.example/",
      "https://a.example:8443/",
      "https://user@a.example/",
      "https://user:pw@a.example/",
      "file:///etc/passwd",
      "ftp://a.example/",
      "data:text/plain,x",
      "javascript:0",
      "unix:/var/run/docker.sock",
    ];
    const origin = await httpsServer((request, response) => {
      response.writeHead(307, { location: places[Number(request.url?.slice(1))] ?? "" }).end();
    });
    const named = origin.replace("127.0.0.1", "localhost");
    const tried: string[] = [];
    const of = () =>
      broker({
        http: { hosts: ["a.example"], grants: [{ origin: named, anyAddress: true, ca: CERTIFICATE }] },
        network: {
          resolve: async () => ["127.0.0.1"],
          connect: (address, port, signal) => {
            tried.push(`${address}:${port}`);
            return NETWORK.connect(address, port, signal);
          },
        },
      });
    for (const [at, place] of places.entries()) {
      tried.length = 0;
      expect(await fetchBy(await of(), { url: `${named}/${at}` }), place).toEqual({ code: CODE.denied });
      expect(tried, place).toEqual([`127.0.0.1:${new URL(named).port}`]);
    }
  });
});

describe("T37: names that are never looked up to the end", () => {
  const http = { hosts: ["*"] };
  /** Names that begin with `slow` have no answer. */
  function slowly() {
    const asked: string[] = [];
    const network = {
      resolve: (name: string) => {
        asked.push(name.replace(".example.com", ""));
        return name.startsWith("slow") ? new Promise<never>(() => {}) : Promise.resolve(["192.168.1.1"]);
      },
      connect: () => Promise.reject(new Error("nothing is reached")),
    };
    return { asked, network };
  }

  it.each([
    ["skill", { skillId: "acme.other" }],
    ["caller of the skill", { skillId: "acme.slow", principal: "user:bob" }],
  ])("hold up no other %s: one look-up of each at a time, given up or not", async (_, asker) => {
    const { asked, network } = slowly();
    const slow = await broker({ http, network, skillId: "acme.slow", limits: { headMs: 60_000 } });
    for (let given = 1; given <= 5; given += 1) {
      await send(slow, { url: `https://slow-${given}.example.com/` });
      await slow.handle({ op: "http_close", request: given });
    }
    const other = await broker({ http, network, ...asker });
    expect(await fetchBy(other, { url: "https://quick.example.com/" })).toEqual({ code: CODE.denied });
    expect(asked).toEqual(["slow-1", "quick"]);
  });

  it("hold two threads at most: then it is the turn of a skill that holds none, of a caller that waited longest", async () => {
    const asked: string[] = [];
    const ends: (() => void)[] = [];
    const resolve = (name: string): Promise<readonly string[]> => {
      asked.push(name.replace(".example.com", ""));
      return new Promise((_, reject) => ends.push(() => reject(new Error("late"))));
    };
    const ask = async (skillId: string, principal: string, ...names: readonly string[]): Promise<void> => {
      const of = await broker({ http, network: shared, skillId, principal, limits: { headMs: 60_000 } });
      for (const name of names) await send(of, { url: `https://${name}.example.com/` });
    };
    const shared = { resolve, connect: () => Promise.reject(new Error("nothing is reached")) };
    await ask("acme.slow", "user:ann", "a1", "a2", "a3");
    await ask("acme.slow", "user:bob", "b1", "b2");
    await ask("acme.slow", "user:cyd", "c1");
    await ask("acme.other", "user:ann", "o1", "o2");
    for (let each = 0; each < 8; each += 1) {
      await new Promise(setImmediate);
      expect(ends.length).toBeLessThanOrEqual(2);
      ends.shift()?.();
    }
    expect(asked).toEqual(["a1", "b1", "o1", "a2", "o2", "b2", "c1", "a3"]);
  });

  it("hold up no other caller of the skill for good, however many skills ask beside it without a pause", async () => {
    const asked: string[] = [];
    const resolve = (name: string): Promise<readonly string[]> => {
      asked.push(name);
      return name === "slow" ? new Promise(() => {}) : new Promise((tell) => setImmediate(tell, []));
    };
    const network = { resolve };
    const ask = (name: string, skillId: string, principal = "user:ann") =>
      lookUp(name, { skillId, principal }, network, new AbortController().signal);
    const busy = async (skillId: string): Promise<void> => {
      for (let each = 0; each < 20; each += 1) await ask(skillId, skillId);
    };
    void ask("slow", "acme.slow");
    const others = [busy("acme.one"), busy("acme.other")];
    await ask("quick", "acme.slow", "user:bob");
    const before = asked.slice(0, asked.indexOf("quick"));
    expect(before).toEqual(["slow", "acme.one", "acme.other", "acme.one", "acme.other"]);
    await Promise.all(others);
  });

  it("end no process where they fail after whoever asked has gone", async () => {
    const lost: unknown[] = [];
    const [unknown, unreached] = [new Error("ENOTFOUND"), new Error("nothing is reached")];
    // Other files run in this process: theirs are others.
    const lose = (error: unknown): void => void ((error === unknown || error === unreached) && lost.push(error));
    process.on("unhandledRejection", lose);
    onTestFinished(() => void process.off("unhandledRejection", lose));
    const resolve = async (): Promise<never> => {
      await new Promise((turn) => setTimeout(turn, 5));
      throw unknown;
    };
    const network = { resolve, connect: () => Promise.reject(unreached) };
    const gone = await broker({ http: { hosts: ["*"] }, network, signal: AbortSignal.abort() });
    expect(await fetchBy(gone, { url: "https://a.example.com/" })).toEqual({ code: CODE.timedOut });
    await new Promise((turn) => setTimeout(turn, 50));
    expect(lost).toEqual([]);
  });
});
