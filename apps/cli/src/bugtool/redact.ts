const HIDDEN = '(redacted)';

/** Names of fields whose values nobody else may see. */
const SECRET_FIELD =
  /("(?:[a-z_-]*(?:password|passwd|secret|token|private[_-]?key|authorization|cookie_secret))"\s*:\s*)"(?:[^"\\]|\\.)*"/gi;
/** PEM (RFC 7468), as text, or within a JSON text where line ends are written `\n`. */
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g;
/** JSON web tokens (RFC 7519): three base64url parts, the first of which begins with `{"`. */
const WEB_TOKEN = /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g;
const BEARER = /\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi;
/** Keys of IPsec as `ip xfrm` and other programs print them. */
const LONG_HEX = /\b0x[0-9a-f]{32,}\b/gi;

/**
 * A text without what may be a secret. Nothing that goes into an archive holds any by intent; this is for what users have put where it does
 * not belong, such as a token in a label or a description.
 */
export function redact(text: string): string {
  return text
    .replace(PRIVATE_KEY, HIDDEN)
    .replace(SECRET_FIELD, (_, name: string) => `${name}"${HIDDEN}"`)
    .replace(WEB_TOKEN, HIDDEN)
    .replace(BEARER, (_, scheme: string) => `${scheme} ${HIDDEN}`)
    .replace(LONG_HEX, HIDDEN);
}
