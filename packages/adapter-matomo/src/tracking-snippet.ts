/** What counts the visits of a page, by Matomo's own `matomo.js`: HTML that is safe to insert as it is. */
export function trackingSnippet(baseUrl: string, siteId: string, cookies: boolean): string {
  const commands: readonly (readonly string[])[] = [
    ["setTrackerUrl", `${baseUrl}matomo.php`],
    ["setSiteId", siteId],
    ...(cookies ? [] : [["disableCookies"]]),
    ["trackPageView"],
    ["enableLinkTracking"],
  ];
  return [
    "<script>",
    "window._paq = window._paq || [];",
    ...commands.map((command) => `window._paq.push(${inScript(command)});`),
    "(function (d) {",
    '  var s = d.createElement("script");',
    "  s.async = true;",
    `  s.src = ${inScript(`${baseUrl}matomo.js`)};`,
    "  d.head.appendChild(s);",
    "})(document);",
    "</script>",
  ].join("\n");
}

/** A value as JavaScript inside of HTML, where `</script>` and `<!--` would be read before any quote. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
