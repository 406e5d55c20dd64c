/** The scheme, then all up to the last `@`: a password may hold what ends a host by right, and a mistake may stand before it. */
const USER_INFO = /^([a-z][a-z0-9+.-]*:[\\/]+)?.*@/is;

/** An address to be shown: `***` where it may hold a user name and a password, in whatever way it is written. */
export function withoutUserInfo(url: string): string {
  return url.replace(USER_INFO, "$1***@");
}
