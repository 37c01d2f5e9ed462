const name = "hostelry_preview";

/** What a token is made of: base64url. Anything else is not one, and would not be safe in a header. */
const tokenForm = /^[A-Za-z0-9_-]{1,256}$/;

/**
 * A `Set-Cookie` value that keeps the token on this host alone (no `Domain`), away from scripts, as long as the preview
 * lives. `Lax`, so that a link in a mail or chat opens the preview.
 */
export function previewCookie(token: string, options: { readonly expiresAt: Date; readonly secure: boolean }): string {
  const attributes = `Path=/; Expires=${options.expiresAt.toUTCString()}; HttpOnly; SameSite=Lax`;
  return `${name}=${token}; ${attributes}${options.secure ? "; Secure" : ""}`;
}

/** The token in a `Cookie` header. */
export function readPreviewCookie(header: string | undefined): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined && tokenForm.test(value)) return value;
  }
  return undefined;
}
