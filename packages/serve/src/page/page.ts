import { createHash } from "node:crypto";
import { headerList, type ReplyHeaders } from "../answer/reply.ts";
import type { PlannedReply } from "../file/planned-reply.ts";

/** A page of our own: what a visitor reads when there is no content to send. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly headers?: ReplyHeaders | undefined;
}

const style = `:root{color-scheme:light dark;--ink:#22302c;--soft:#5c6b66;--paper:#f6f4ee;--line:#2f7d6b}
@media(prefers-color-scheme:dark){:root{--ink:#eceae3;--soft:#a3b0ab;--paper:#17201d;--line:#6fc3ae}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:2rem;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif}
main{max-width:34rem;border-inline-start:4px solid var(--line);padding-inline-start:1.5rem}
h1{margin:0 0 .5rem;font-size:1.75rem;line-height:1.2}p{margin:0;color:var(--soft)}p+p{margin-top:1.25rem;font-size:.875rem}`;

/** Nothing may be loaded or run, and only this very style applies. */
const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/** Renders a page. Titles and texts are ours: nothing of a request is ever put into one, so there is nothing to escape. */
export function pageReply({ status, title, text, headers }: Page): PlannedReply {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
<p>${status}</p>
</main>
</body>
</html>
`;
  const body = Buffer.from(html);
  return {
    status,
    headers: headerList({
      "content-type": "text/html; charset=utf-8",
      "content-length": String(body.byteLength),
      "cache-control": "no-store",
      "content-security-policy": contentSecurityPolicy,
      "x-content-type-options": "nosniff",
      ...headers,
    }),
    body,
  };
}
