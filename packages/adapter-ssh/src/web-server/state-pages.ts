import { createHash } from "node:crypto";

/** Pages that a web server sends where a site has none to send. */
export type StatePageName = "maintenance" | "suspended" | "notFound" | "unknownHost" | "notAllowed" | "refused";

const style =
  ":root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:2rem;" +
  "box-sizing:border-box;font:1.0625rem/1.6 system-ui,sans-serif}main{max-width:34rem;border-inline-start:4px solid " +
  "#2f7d6b;padding-inline-start:1.5rem}h1{margin:0 0 .5rem;font-size:1.75rem;line-height:1.2}p{margin:0}";

/** Nothing may be loaded or run, and only this very style applies. */
export const statePagePolicy: string = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/**
 * The pages as HTML. Constant, and free of quotes, dollar signs, backslashes and line ends, so that they can stand in the
 * configuration of any server as they are. `{` and `}` stand only in the style.
 */
export const statePages: Readonly<Record<StatePageName, string>> = {
  maintenance: page("Back in a moment", "The site is being worked on and will return shortly."),
  suspended: page("This site is paused", "Its owner can have it switched on again at any time."),
  notFound: page("Page not found", "The site has no page at this address."),
  unknownHost: page("No site lives here", "The address is spelled differently, or the site has moved away."),
  notAllowed: page("This can only be read", "The site is made of files; it takes no forms or uploads at this address."),
  refused: page("This preview is private", "Open it with the whole link that you were sent."),
};

function page(title: string, text: string): string {
  return (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=width=device-width>" +
    `<meta name=robots content=noindex><title>${title}</title><style>${style}</style><main><h1>${title}</h1><p>${text}</p></main></html>`
  );
}
