/** The scheme, then all up to the last `@`: a password may hold what ends a host by right, and a mistake may stand before it. */
const USER_INFO = /^([a-z][a-z0-9+.-]*:[\\/]+)?.*@/is;

/** An address to be shown: `***` where it may hold a user name and a password, in whatever way it is written. */
export function withoutUserInfo(url: string): string {
  return url.replace(USER_INFO, "$1***@");
}

/** Between `://` and the last `@` before a path: no quote and no space, so that a JSON text stays one. */
const USER_INFO_WITHIN = /:\/\/[^\s/?#"]*@/g;

/** A text with `***` for the user name and password of every URL in it. */
export function maskUserInfo(text: string): string {
  return text.includes("://") ? text.replaceAll(USER_INFO_WITHIN, "://***@") : text;
}
