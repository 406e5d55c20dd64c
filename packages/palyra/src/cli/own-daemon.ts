/**
 * The daemon of this state root (spec 6.2, T29): it shows that it knows the secret of `run/daemon.json` before it is told anything, and over
 * that very connection. A token that is set is sent then; without one, whoever can read `daemon.json` is its owner, and says so by a proof of
 * the same secret.
 */
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { withFreeLock } from "../files/index.ts";
import { NetFailure, OneConnection, send } from "../net/index.ts";
import type { DaemonPort, DaemonProbe } from "../operations/services.ts";
import { challengeProof, isSame, ownerToken, type RunFile, runLockOf } from "../run-file/index.ts";
import { DAEMON_TIMEOUT_MS } from "../settings.ts";
import { documentOf, postTo, shownUrl, unreachable } from "./daemon-client.ts";

export interface OwnDaemon {
  readonly run: RunFile;
  readonly stateRoot: string;
  readonly token: string | undefined;
}

const MAX_PROOF_BYTES = 4096;

export function daemonOf({ run, stateRoot, token }: OwnDaemon, call: Call): DaemonPort {
  const url = new URL(run.url);
  const name = shownUrl(url);
  const target = { url, name, token: token ?? ownerToken(run.secret) };
  return {
    name,
    isOwn: true,
    async post(path, body, timeoutMs) {
      const agent = new OneConnection({ certificateSha256: run.certificateSha256 });
      try {
        const problem = await proofProblem(run, url, agent, call);
        if (problem === undefined) return await postTo({ ...target, timeoutMs, agent }, path, body, call);
        // What a daemon that died has left, and another program has its port by now; or none has.
        if (problem.isNobody || (await isGone(stateRoot, call))) return undefined;
        throw new PalyraError("DaemonUnreachable", { url: name, problem: problem.says });
      } catch (error) {
        // It was told what to do, and may have done it: nothing is done here as well.
        throw error instanceof NetFailure ? unreachable(name, error) : error;
      } finally {
        agent.destroy();
      }
    },
  };
}

/** Whether whoever listens where the run file says knows its secret. */
export async function probeDaemon(run: RunFile, signal: AbortSignal): Promise<DaemonProbe> {
  const agent = new OneConnection({ certificateSha256: run.certificateSha256 });
  try {
    return (await proves(run, new URL(run.url), agent, { signal })) ? "proves" : "other";
  } catch (error) {
    if (error instanceof NetFailure) return error.kind === "refused" ? "nobody" : "silent";
    throw error;
  } finally {
    agent.destroy();
  }
}

interface ProofProblem {
  readonly says: string;
  /** Nobody listens there. */
  readonly isNobody: boolean;
}

/** Why the peer is not known to be this state root's daemon; undefined where it knows the secret. */
async function proofProblem(run: RunFile, url: URL, agent: OneConnection, call: Call): Promise<ProofProblem | undefined> {
  try {
    if (await proves(run, url, agent, call)) return undefined;
    return { says: "whoever answers there does not know this state root's secret, and was told nothing", isNobody: false };
  } catch (error) {
    if (error instanceof NetFailure) return { says: error.problem, isNobody: error.kind === "refused" };
    throw error;
  }
}

/** Whether the peer knows the secret. Throws `NetFailure` where it does not answer. */
async function proves(
  { secret, url: own }: RunFile,
  url: URL,
  agent: OneConnection,
  call: Pick<Call, "signal">,
): Promise<boolean> {
  const nonce = process.getBuiltinModule("node:crypto").randomBytes(32).toString("hex");
  const { status, body } = await send({
    method: "POST",
    url: new URL("/challenge", url),
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ nonce }),
    timeoutMs: DAEMON_TIMEOUT_MS,
    maxBytes: MAX_PROOF_BYTES,
    signal: call.signal,
    agent,
  });
  const document = status === 200 ? documentOf(body) : undefined;
  const proof =
    typeof document === "object" && document !== null ? Object.entries(document).find(([key]) => key === "proof") : undefined;
  return typeof proof?.[1] === "string" && isSame(proof[1], challengeProof(secret, nonce, own));
}

/** Whether no daemon holds this state root's lock: what is there of it was left by one that died. */
async function isGone(stateRoot: string, call: Call): Promise<boolean> {
  const isFree = await withFreeLock(runLockOf(stateRoot), { purpose: "look", signal: call.signal }, async () => true);
  return isFree ?? false;
}
