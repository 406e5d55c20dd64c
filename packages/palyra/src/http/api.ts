/** From a request to its route, in the order of spec 8: its Host and Origin, how much is asked, the token, who asks, what is asked. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import type { Call } from "../call.ts";
import { callerOf, refuseRepeatedHeaders, type Tokens } from "./auth.ts";
import { Bucket, MAX_HEADERS, MAX_URL_LENGTH, PeerBuckets, REFUSED_RATE, REQUEST_RATE } from "./bounds.ts";
import { type Guest, MCP_PATH } from "./guest.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { whenOver } from "./over.ts";
import type { OwnHosts } from "./own-hosts.ts";
import { PROBLEM_TYPE, type Problem, problemOf } from "./problem.ts";
import { Refusal } from "./refusal.ts";
import type { Answer, Asked, Route } from "./route.ts";
import { securityHeaders } from "./security.ts";
import type { State } from "./state.ts";
import { readWire } from "./wire.ts";

export interface ApiPorts {
  readonly routes: readonly Route[];
  readonly hosts: OwnHosts;
  readonly tokens: Tokens;
  readonly state: State;
  readonly metrics: Metrics;
  /** Absent: there is no MCP here. */
  readonly guest?: Guest;
  readonly log: Log;
  readonly newRequestId: () => string;
  /** A call of this moment by somebody; `log` has what it warns of. */
  readonly callOf: (caller: Asked["caller"], requestId: string) => Call;
  /** Milliseconds of a clock that does not go back. */
  readonly tick: () => number;
}

/** What is known of a request while it is here. */
interface Visit {
  readonly id: string;
  readonly started: number;
  /** The route's path, for metrics; what no route has is `none`. */
  route: string;
  principal: string | undefined;
  code: string | undefined;
}

type Bound = { Bindings: HttpBindings };
const NOBODY: Asked["caller"] = { principal: "", deviceId: "", channel: null };
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST"]);

export function apiListener(ports: ApiPorts): RequestListener {
  const { hosts, log, tick } = ports;
  const visits = new WeakMap<IncomingMessage, Visit>();
  const all = new Bucket(REQUEST_RATE, tick());
  const listener = getRequestListener(appOf(ports, visits).fetch);
  return (incoming, outgoing) => {
    const visit = newVisit(ports);
    visits.set(incoming, visit);
    whenOver(outgoing, () => leave(incoming, outgoing, visit, ports));
    try {
      hosts.check(incoming); // T30: before anything else
      if (!all.take(visit.started)) throw tooMany();
      requireForm(incoming);
    } catch (error) {
      refuse(outgoing, error, visit, log);
      return;
    }
    void listener(incoming, outgoing);
  };
}

function tooMany(): Refusal {
  return new Refusal("TooManyRequests", "too many requests at once", { headers: { "retry-after": "1" } });
}

/** What no request of this API has. */
function requireForm(incoming: IncomingMessage): void {
  const { url = "", rawHeaders, method = "", headers } = incoming;
  if (rawHeaders.length / 2 > MAX_HEADERS) throw new Refusal("HeadersTooLarge", `more than ${MAX_HEADERS} headers`);
  if (!url.startsWith("/") || url.length > MAX_URL_LENGTH)
    throw new Refusal("InvalidRequest", "the address is no path, or too long");
  // What a URL is made of, before one is made of it: the library below would answer by itself, in words of its own.
  if (/[^\x21-\x7e]|\\/.test(url) || !URL.canParse(url, "http://localhost"))
    throw new Refusal("InvalidRequest", "the address has characters that no path has");
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== "100-continue")
    throw new Refusal("ExpectationFailed", "nothing but 100-continue is expected of this API");
  refuseRepeatedHeaders(incoming);
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  if (hasBody && method !== "POST")
    throw new Refusal("InvalidRequest", `a ${METHODS.has(method) ? method : "request like this"} has no body`, {
      headers: { connection: "close" },
    });
}

function appOf(ports: ApiPorts, visits: WeakMap<IncomingMessage, Visit>): Hono<Bound> {
  const app = new Hono<Bound>();
  const letIn = doorOf(ports.tokens, ports.tick);
  const answering = async (context: Context<Bound>, answer: (visit: Visit) => Promise<Answer | Response>): Promise<Response> => {
    const visit = visits.get(context.env.incoming) ?? newVisit(ports);
    try {
      return responseOf(await answer(visit), visit);
    } catch (error) {
      const { status, body, headers } = told(error, visit, ports.log);
      return new Response(body, { status, headers: { ...securityHeaders(visit.id), "content-type": PROBLEM_TYPE, ...headers } });
    }
  };
  for (const route of ports.routes) {
    app.on(route.method, route.path.replace(/\{([a-z_]+)\}/g, ":$1"), (context) =>
      answering(context, async (visit) => {
        visit.route = route.path;
        if (route.access !== "open") letIn(context.env.incoming);
        return answerOf(route, context, visit, ports);
      }),
    );
  }
  const { guest } = ports;
  if (guest !== undefined) {
    const letGuestIn = doorOf(guest, ports.tick);
    // The same place, as people type it: the same token, and nothing that has to be followed.
    app.on("ALL", [MCP_PATH, `${MCP_PATH}/`], (context) =>
      answering(context, async (visit) => {
        visit.route = MCP_PATH;
        letGuestIn(context.env.incoming);
        return guest.answer(context.req.raw, context.env.incoming, context.env.outgoing, visit.id);
      }),
    );
  }
  app.notFound((context) =>
    answering(context, async () => {
      letIn(context.env.incoming);
      throw misdirected(ports.routes, new URL(context.req.url).pathname);
    }),
  );
  return app;
}

/** Lets in whoever has the token, however many others guess it from the same address. `Unauthorized`, `TooManyRequests`. */
function doorOf(tokens: { check(incoming: IncomingMessage): void }, tick: () => number): (incoming: IncomingMessage) => void {
  const refused = new PeerBuckets(REFUSED_RATE);
  return (incoming) => {
    try {
      tokens.check(incoming);
    } catch (error) {
      if (!refused.take(incoming.socket.remoteAddress ?? "", tick())) throw tooMany();
      throw error;
    }
  };
}

async function answerOf(route: Route, context: Context<Bound>, visit: Visit, ports: ApiPorts): Promise<Answer> {
  const { incoming, outgoing } = context.env;
  const caller = route.access === "admin" ? callerOf(incoming) : NOBODY;
  visit.principal = caller.principal;
  const handle = async (): Promise<Answer> => {
    const input = await readWire(route.wire, context.req.param(), new URL(context.req.url).searchParams, incoming);
    return route.handle({ id: visit.id, input, call: ports.callOf(caller, visit.id), caller, incoming, outgoing });
  };
  if (route.kept !== true) return handle();
  const snapshot = await ports.state.read(incoming.socket);
  return { body: await snapshot.kept(incoming.url ?? "", async () => bodyOf(await handle())) };
}

function bodyOf(answer: Answer): string {
  if (answer === "sent" || answer.status !== undefined) throw new TypeError("an answer that cannot be kept");
  return answer.body;
}

function responseOf(answer: Answer | Response, { id }: Visit): Response {
  if (answer instanceof Response) return answer;
  if (answer === "sent") return RESPONSE_ALREADY_SENT;
  const { status = 200, type = "application/json", body } = answer;
  return new Response(body, { status, headers: { ...securityHeaders(id), "content-type": type } });
}

/** `NotFound`, or `MethodNotAllowed` where another method would be right. */
function misdirected(routes: readonly Route[], path: string): Refusal {
  const allowed = routes.filter((route) => isAt(route.path, path)).map(({ method }) => method);
  if (allowed.length === 0) return new Refusal("NotFound", "there is nothing at this address");
  const list = allowed.join(", ");
  return new Refusal("MethodNotAllowed", `this address takes ${list}`, { headers: { allow: list } });
}

function isAt(template: string, path: string): boolean {
  const [parts, words] = [template.split("/"), path.split("/")];
  return (
    parts.length === words.length && parts.every((part, at) => (part.startsWith("{") ? words[at] !== "" : part === words[at]))
  );
}

function newVisit({ newRequestId, tick }: Pick<ApiPorts, "newRequestId" | "tick">): Visit {
  return { id: newRequestId(), started: tick(), route: "none", principal: undefined, code: undefined };
}

/** What is answered in place of an answer. A fault of this program is told to the log alone. */
function told(error: unknown, visit: Visit, log: Log): Problem {
  const problem = problemOf(error, visit.id);
  visit.code = problem.code;
  if (problem.isFault) log.error({ request_id: visit.id, route: visit.route, err: error }, "a request failed");
  return problem;
}

/** Before it comes to the routes. */
function refuse(outgoing: ServerResponse, error: unknown, visit: Visit, log: Log): void {
  const { status, body, headers } = told(error, visit, log);
  outgoing.writeHead(status, { ...securityHeaders(visit.id), "content-type": PROBLEM_TYPE, ...headers }).end(body);
}

/** Reads and proofs are counted; what changes something, or is refused, is logged as well. */
function leave(incoming: IncomingMessage, outgoing: ServerResponse, visit: Visit, ports: ApiPorts): void {
  const { id: request_id, route, started, principal, code } = visit;
  const { statusCode: status } = outgoing;
  const method = METHODS.has(incoming.method ?? "") ? (incoming.method ?? "") : "other";
  const milliseconds = ports.tick() - started;
  ports.metrics.request(route, method, status, milliseconds / 1000);
  if ((method !== "POST" || route === "/challenge") && status < 400) return;
  const line = {
    request_id,
    method,
    route,
    status,
    code,
    principal: principal === "" ? undefined : principal,
    ms: Math.round(milliseconds),
  };
  if (status >= 500) ports.log.warn(line, "request");
  else ports.log.info(line, "request");
}
