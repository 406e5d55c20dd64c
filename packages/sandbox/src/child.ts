/**
 * The program of the process beside the host (spec 10.3): one call at a time, on this one thread, until the host's pipe ends. It has no files, no network of
 * its own, no environment; what it needs to know comes by the pipe. Whatever it does not expect ends it: the host starts another.
 */
import { type Host, type Prepared, prepare } from "./call.ts";
import { receive, receiveOnly, send } from "./channel.ts";
import { type Ended, type FromHost, PROTOCOL_VERSION } from "./protocol.ts";
import { WireFault } from "./wire.ts";

const host: Host = {
  ask: (body) => {
    send({ is: "ask", body });
    return receiveOnly("reply").body;
  },
  log: (bytes) => send({ is: "log", bytes }),
};

/** What can be done before the next call comes. */
function serve(message: FromHost): () => void {
  if (message.is !== "prepare") throw new WireFault("a message out of order");
  const made = prepare(message.call);
  const ended = isPrepared(made) ? runOrDrop(made) : made;
  if (ended !== undefined) send({ is: "outcome", ended });
  return isPrepared(made) && ended?.kind === "Ok" ? made.ahead : () => {};
}

/** Undefined: it is not to start. */
function runOrDrop(prepared: Prepared): Ended | undefined {
  send({ is: "prepared" });
  const { is } = receive();
  if (is === "drop") return undefined;
  if (is !== "run") throw new WireFault("a message out of order");
  return prepared.run(host);
}

const isPrepared = (made: Prepared | Ended): made is Prepared => "run" in made;

function next(): void {
  const ahead = serve(receive());
  // By way of the event loop, so that what the engine has put off until then is done: its own tasks, and collecting what the call has left.
  setImmediate(() => {
    ahead();
    next();
  });
}

send({ is: "ready", version: PROTOCOL_VERSION });
next();
