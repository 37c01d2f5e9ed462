import type { Page } from "./page.ts";

/** What there is to say to a visitor. */
export type PageName =
  | "malformedRequest"
  | "previewTokenRequired"
  | "previewForbidden"
  | "unknownHost"
  | "previewClosed"
  | "fileNotFound"
  | "methodNotAllowed"
  | "preconditionFailed"
  | "rangeNotSatisfiable"
  | "previewExpired"
  | "failure"
  | "building"
  | "maintenance"
  | "suspended";

/** Every page of our own, without the parts that depend on options. */
export const pages: Readonly<Record<PageName, Page>> = {
  malformedRequest: {
    status: 400,
    title: "This address can’t be read",
    text: "Something in it is not written the way addresses are. Check it for a stray percent sign or backslash.",
  },
  previewTokenRequired: {
    status: 401,
    title: "This preview is private",
    text: "Open it with the whole link that you were sent; the last part of it is the key.",
    // A 401 must name a scheme (RFC 9110 section 11.6.1); browsers ignore one they don't know and show the page.
    headers: { "www-authenticate": 'PreviewToken realm="preview"' },
  },
  previewForbidden: {
    status: 403,
    title: "This link does not open the preview",
    text: "Use the whole link as it was sent to you, or ask the site’s owner for a new one.",
  },
  unknownHost: {
    status: 404,
    title: "No site lives here",
    text: "The address is spelled differently, or the site has moved away.",
  },
  previewClosed: {
    status: 404,
    title: "There is no preview here",
    text: "It has been closed, or the address is not complete. Ask the site’s owner for a new link.",
  },
  fileNotFound: {
    status: 404,
    title: "Page not found",
    text: "The site has no page at this address.",
  },
  methodNotAllowed: {
    status: 405,
    title: "This can only be read",
    text: "The site is made of files; it takes no forms or uploads at this address.",
    headers: { allow: "GET, HEAD" },
  },
  preconditionFailed: {
    status: 412,
    title: "This has changed meanwhile",
    text: "The page is no longer the one that was asked for. Load it again.",
  },
  rangeNotSatisfiable: {
    status: 416,
    title: "There is no such part",
    text: "The file is shorter than what was asked for.",
  },
  previewExpired: {
    status: 410,
    title: "This preview has ended",
    text: "Its time is over. Ask the site’s owner for a new link.",
  },
  failure: {
    status: 500,
    title: "This page can’t be shown now",
    text: "Something went wrong on our side. Try again in a moment.",
  },
  building: {
    status: 503,
    title: "Nothing published yet",
    text: "The site’s first version is still to come. Look again in a moment.",
  },
  maintenance: {
    status: 503,
    title: "Back in a moment",
    text: "The site is being worked on and will return shortly.",
  },
  suspended: {
    status: 503,
    title: "This site is paused",
    text: "Its owner can have it switched on again at any time.",
  },
};
