import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { CERTIFICATE } from "../../net/certificate.ts";
import { httpsServer } from "../../net/server.ts";
import { type BrokerSetting, broker, CODE, fetchBy, send } from "./calls.ts";

const VAULT = {
  "skill:acme.web/token": "own value",
  "skill:globex.pay/token": "another's",
  "principal:user:ann/token": "ann's",
  "principal:user:bob/token": "bob's",
  "channel:slack:acme/token": "the channel's",
  "global/api": "global value",
  "global/signing": "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
  "skill:acme.web/key": "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
  "global/skills.trust_store.digest": "the host's",
  "skill:acme.web/palyra.seal": "the host's",
};
const ALL = Object.keys(VAULT);

async function read(setting: BrokerSetting["secrets"], name: string, more: BrokerSetting = {}): Promise<string | number> {
  const of = await broker({ vault: VAULT, secrets: { granted: ALL, ...setting }, ...more });
  const { code, bytes } = await of.handle({ op: "secret_read", name });
  expect(of.uses).toEqual([{ capability: "secret", resource: name, action: "read", allowed: code !== CODE.denied, count: 1 }]);
  return code === 0 ? new TextDecoder().decode(bytes) : code;
}

describe("T22: a skill reads secrets that are meant for it", () => {
  it("its own, its caller's, and what an operator has granted it of the global ones", async () => {
    expect(await read({}, "skill:acme.web/token")).toBe("own value");
    expect(await read({}, "principal:user:ann/token")).toBe("ann's");
    expect(await read({}, "channel:slack:acme/token", { channel: "slack:acme" })).toBe("the channel's");
    expect(await read({ global: ["global/api"] }, "global/api")).toBe("global value");
    expect(await read({}, "skill:acme.web/key")).toHaveLength(64);
  });

  it("and no other: not what it did not declare, another's, or the host's own under any scope", async () => {
    expect(await read({ granted: [] }, "skill:acme.web/token")).toBe(CODE.denied);
    for (const name of [
      "skill:globex.pay/token",
      "principal:user:bob/token",
      "channel:slack:acme/token",
      "global/api",
      "token",
      "",
      "skill:acme.web",
    ])
      expect(await read({}, name), name).toBe(CODE.denied);
    for (const name of ["global/skills.trust_store.digest", "skill:acme.web/palyra.seal"])
      expect(await read({ global: [name] }, name), name).toBe(CODE.denied);
    expect(await read({ granted: ["skill:acme.web/none"] }, "skill:acme.web/none")).toBe(CODE.notFound);
  });

  it("no signing key that lies in a scope that others use", async () => {
    expect(await read({ global: ["global/signing"] }, "global/signing")).toBe(CODE.notFound);
  });
});

describe("T38: a secret that the host puts into a header", () => {
  const bound = (
    origin: string,
    more: Partial<{ secret: string; bindTo: string; header: string; prefix: string }> = {},
  ): BrokerSetting => {
    const { bindTo = origin, ...rest } = more;
    const insertion = { secret: "skill:acme.web/token", origin: bindTo, header: "authorization", ...rest };
    return {
      vault: VAULT,
      http: { grants: [{ origin, anyAddress: true, ca: CERTIFICATE }] },
      secrets: { granted: ALL, insertions: [insertion] },
    };
  };
  const server = async (): Promise<{ origin: string; seen: (string | undefined)[] }> => {
    const seen: (string | undefined)[] = [];
    const origin = await httpsServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end("ok");
    });
    return { origin: origin.replace("127.0.0.1", "localhost"), seen };
  };
  const secrets = { Authorization: "skill:acme.web/token" };

  it("goes to the host and into the header that the operator has bound it to, and the tool never holds it", async () => {
    const { origin, seen } = await server();
    const of = await broker(bound(origin, { prefix: "Bearer " }));
    expect(await fetchBy(of, { url: origin, secrets })).toMatchObject({ code: 0, body: "ok" });
    expect(seen).toEqual(["Bearer own value"]);
    expect((await of.handle({ op: "secret_read", name: "skill:acme.web/token" })).code).toBe(CODE.denied);
    expect(of.uses).toContainEqual({
      capability: "secret",
      resource: "skill:acme.web/token",
      action: "insert",
      allowed: true,
      count: 1,
    });
  });

  it("nowhere else: another host, header or secret, or one that was not declared", async () => {
    const { origin, seen } = await server();
    const code = async (setting: BrokerSetting, wanted = secrets as { readonly [name: string]: string }): Promise<number> =>
      (await send(await broker(setting), { url: origin, secrets: wanted })).code;
    expect(await code(bound(origin, { bindTo: "https://api.example.com" }))).toBe(CODE.denied);
    const { host, hostname } = new URL(origin);
    for (const bindTo of [`http://${host}`, `https://${hostname}`, `https://${hostname}:1`])
      expect(await code(bound(origin, { bindTo })), bindTo).toBe(CODE.denied);
    expect(await code(bound(origin, { header: "x-token" }))).toBe(CODE.denied);
    expect(await code(bound(origin, { secret: "global/api" }))).toBe(CODE.denied);
    expect(await code({ ...bound(origin), secrets: { ...bound(origin).secrets, granted: [] } })).toBe(CODE.denied);
    for (const secret of ["skill:globex.pay/token", "global/skills.trust_store.digest"])
      expect(await code(bound(origin, { secret }), { authorization: secret }), secret).toBe(CODE.denied);
    expect(await code(bound(origin), { authorization: "skill:acme.web/token", host: "skill:acme.web/token" })).toBe(CODE.invalid);
    expect(seen).toEqual([]);
  });

  it("in the clear only where the operator says plain http: not for being bound to the same host and port of https", async () => {
    const seen: (string | undefined)[] = [];
    const plain = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end("ok");
    });
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void plain.close());
    const address = plain.address();
    const host = `127.0.0.1:${address === null || typeof address === "string" ? 0 : address.port}`;
    const to = (bindTo: string) => broker(bound(`http://${host}`, { bindTo }));
    const wanted = { url: `http://${host}/`, secrets };
    expect(await fetchBy(await to(`https://${host}`), wanted)).toEqual({ code: CODE.denied });
    expect(seen).toEqual([]);
    expect(await fetchBy(await to(`http://${host}`), wanted)).toMatchObject({ code: 0 });
    expect(seen).toEqual(["own value"]);
  });

  it("a global one by its binding alone, never a signing key, never what is no header's text", async () => {
    const { origin, seen } = await server();
    const get = async (secret: string, vault: { readonly [name: string]: string } = VAULT): Promise<number> =>
      (await fetchBy(await broker({ ...bound(origin, { secret }), vault }), { url: origin, secrets: { authorization: secret } }))
        .code;
    expect(await get("global/api")).toBe(0);
    expect(await get("global/signing")).toBe(CODE.notFound);
    expect(await get("global/api", { "global/api": "a\r\nx: y" })).toBe(CODE.notFound);
    expect(await get("global/api", {})).toBe(CODE.notFound);
    expect(await get("global/api", { "global/api": "from a file\n" })).toBe(0);
    expect(seen).toEqual(["global value", "from a file"]);
  });

  it("stays with its origin when a redirect leads on", async () => {
    const { origin: second, seen } = await server();
    const first = (
      await httpsServer((request, response) => {
        seen.push(request.headers.authorization);
        response.writeHead(request.url === "/" ? 307 : 302, { location: request.url === "/" ? "/again" : second }).end();
      })
    ).replace("127.0.0.1", "localhost");
    const setting = bound(first);
    const grants = [first, second].map((origin) => ({ origin, anyAddress: true, ca: CERTIFICATE }));
    expect(await fetchBy(await broker({ ...setting, http: { grants } }), { url: first, secrets })).toMatchObject({
      code: 0,
      body: "ok",
    });
    expect(seen).toEqual(["own value", "own value", undefined]);
  });
});
