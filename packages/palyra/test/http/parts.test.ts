/** What no request shows by itself: buckets, and which names are the daemon's. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bucket, PeerBuckets } from "../../src/http/bounds.ts";
import { challengeProof, isSame, ownerToken } from "../../src/run-file/index.ts";

describe("a bucket", () => {
  it("lets through its burst, then as many as come in", () => {
    const bucket = new Bucket({ perSecond: 10, burst: 5 }, 0);
    const taken = (now: number, times: number) => Array.from({ length: times }, () => bucket.take(now)).filter(Boolean).length;
    expect(taken(0, 20)).toBe(5);
    expect(taken(100, 20)).toBe(1);
    expect(taken(150, 20)).toBe(0);
    expect(taken(10_000, 20)).toBe(5);
    expect(taken(9_000, 20)).toBe(0);
  });
  it("never lets through more than its rate allows, whenever it is asked", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 200 }), (steps) => {
        const bucket = new Bucket({ perSecond: 10, burst: 5 }, 0);
        let [now, taken] = [0, 0];
        for (const step of steps) {
          now += step;
          if (bucket.take(now)) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(5 + (now / 1000) * 10 + 1e-6);
      }),
    );
  });
  it("is one for each peer, of a bounded number of them", () => {
    const peers = new PeerBuckets({ perSecond: 0.001, burst: 1 });
    expect(peers.take("a", 0)).toBe(true);
    expect(peers.take("a", 0)).toBe(false);
    for (let number = 0; number < 1023; number++) expect(peers.take(`b${number}`, 0)).toBe(true);
    expect(peers.take("a", 0)).toBe(false);
    for (let number = 0; number < 1024; number++) peers.take(`c${number}`, 0);
    // Forgotten as the one that was silent longest.
    expect(peers.take("a", 0)).toBe(true);
  });
});

describe("T29: the proof of a daemon", () => {
  const secret = "0123456789abcdef".repeat(4);
  const nonce = "ab".repeat(32);
  it("is what SPEC.md says, byte for byte", () => {
    expect(challengeProof(secret, nonce, "http://127.0.0.1:7142")).toBe(
      "cc6175f983bc3cded3633001836d39ee279332892e1309a2a35051698f16294f",
    );
    expect(ownerToken(secret)).toBe("4f478411025a9913ddeb6cd51490c49b9b6e86a63e1ed8a3db11a6cee90c9182");
  });
  it("is of this secret, nonce and address alone, and no token", () => {
    const proof = challengeProof(secret, nonce, "http://127.0.0.1:7142");
    const others = [
      challengeProof(`f${secret.slice(1)}`, nonce, "http://127.0.0.1:7142"),
      challengeProof(secret, `f${nonce.slice(1)}`, "http://127.0.0.1:7142"),
      challengeProof(secret, nonce, "http://127.0.0.1:7143"),
      challengeProof(secret, `${nonce}h`, "ttp://127.0.0.1:7142"),
      ownerToken(secret),
    ];
    expect(new Set([proof, ...others]).size).toBe(6);
    for (const other of others) expect(isSame(proof, other)).toBe(false);
    expect(isSame(proof, `${proof}`)).toBe(true);
  });
});
