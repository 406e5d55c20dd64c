/** TLS: the certificate that is shown is the one that the daemon's word names, and nothing older than TLS 1.2 is spoken (spec 8, T29). */
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeShared, shared } from "../../../../testing/shared.ts";
import { commandLine, errorOf, parsed, temporaryFolder } from "../cli/support.ts";
import { skillBytes } from "../lifecycle/support.ts";
import { ADMIN, type Daemon, startDaemon } from "./support.ts";

const file = (name: string): string => shared("conformance/cli/inputs/tls", name);

describeShared("conformance/cli/inputs/tls/server.pem", "a daemon that speaks TLS", () => {
  let daemon: Daemon;
  let root: string;
  let palyra: ReturnType<typeof commandLine>;
  beforeAll(async () => {
    root = temporaryFolder();
    palyra = commandLine(root);
    const artifact = join(root, "artifact.palyra-skill");
    writeFileSync(artifact, await skillBytes());
    expect((await palyra("skills", "install", "--artifact", artifact, "--allow-untrusted")).exit).toBe(0);
    const options = { bind: "0.0.0.0", tlsCert: file("server.pem"), tlsKey: file("server.key") };
    daemon = await startDaemon(root, { options });
  });
  afterAll(() => daemon.stop());

  const port = (): number => Number(new URL(daemon.url).port);
  const statusFor = (host: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const options = {
        port: port(),
        host: "127.0.0.1",
        ca: readFileSync(file("ca.pem")),
        headers: { ...ADMIN, host },
        path: "/admin/v1/skills",
        servername: "localhost",
      };
      request({ ...options, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on("error", reject)
        .end();
    });

  it("answers to the names of its certificate, and to no other", async () => {
    expect(daemon.url).toMatch(/^https:\/\/0\.0\.0\.0:\d+$/);
    expect(await statusFor(`localhost:${port()}`)).toBe(200);
    expect(await statusFor(`127.0.0.1:${port()}`)).toBe(200);
    expect(await statusFor(`evil.example:${port()}`)).toBe(403);
  });

  it("speaks nothing older than TLS 1.2", async () => {
    const negotiated = (options: object): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ port: port(), host: "127.0.0.1", rejectUnauthorized: false, ...options }, () => {
          resolve(socket.getProtocol() ?? "");
          socket.destroy();
        });
        socket.on("error", () => resolve("refused"));
      });
    expect(await negotiated({})).toBe("TLSv1.3");
    expect(await negotiated({ maxVersion: "TLSv1.2" })).toBe("TLSv1.2");
    expect(await negotiated({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" })).toBe("refused");
  });

  it("is found by the commands of its state root, which know its certificate", async () => {
    expect(parsed(await palyra("skills", "quarantine", "acme.echo", "--json"))).toMatchObject({ status: "quarantined" });
    expect(daemon.logged).toContainEqual(
      expect.objectContaining({ route: "/admin/v1/skills/{skill_id}/quarantine", status: 200 }),
    );
  });

  it("T29: that shows another certificate is told nothing", async () => {
    const word = join(root, "state/run/daemon.json");
    const written = readFileSync(word, "utf8");
    const before = daemon.logged.length;
    writeFileSync(word, JSON.stringify({ ...JSON.parse(written), certificate_sha256: "0".repeat(64) }));
    expect(errorOf(await palyra("skills", "disable", "acme.echo", "--json"))).toMatchObject({
      code: "DaemonUnreachable",
      details: { problem: "it shows another certificate" },
    });
    expect(daemon.logged.length).toBe(before);
    writeFileSync(word, written);
  });
});
