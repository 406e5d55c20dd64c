/** Headers of every answer (spec 8): nothing is kept, guessed or framed, and no page of ours loads from elsewhere. */
const ALWAYS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
} as const;

export function securityHeaders(requestId: string): Record<string, string> {
  return { ...ALWAYS, "x-request-id": requestId };
}
