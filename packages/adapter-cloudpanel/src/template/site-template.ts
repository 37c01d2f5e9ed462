/** What a site made from the template does. */
export interface SiteTemplateOptions {
  /** Served, with 200, for paths that lead to no file: for applications that route in the browser. Default: none, so that such paths are 404. */
  readonly fallback?: string | undefined;
  /** Served, with 404, for paths that lead to no file. Not together with `fallback`. */
  readonly notFoundPage?: string | undefined;
  /**
   * For how long browsers keep what has no fingerprint in its name, e.g. `10m`, as nginx writes times. Default: they ask each time. CloudPanel's own vhosts
   * say forever, and what is published under the same name is then not seen.
   */
  readonly assetsExpire?: string | undefined;
}

const path = /^\/[A-Za-z0-9._/-]{1,200}$/;

/**
 * A vhost template for static sites, for `ensureVhostTemplate` and a site of kind `php` made from it: CloudPanel makes sites of kind `static` without one.
 * While there is a file `<document root>.maintenance` or `<document root>.suspended` beside the document root, every path answers 503; challenges of
 * certificates do not. Throws `TypeError` for options that nginx would not take.
 */
export function siteTemplate(options: SiteTemplateOptions = {}): string {
  const { fallback, notFoundPage, assetsExpire } = options;
  for (const each of [fallback, notFoundPage]) {
    if (each !== undefined && !path.test(each))
      throw new TypeError(`${JSON.stringify(each)} is no path such as /index.html`);
  }
  if (fallback !== undefined && notFoundPage !== undefined)
    throw new TypeError("a fallback leaves no path for a 404 page");
  if (assetsExpire !== undefined && !/^(?:\d{1,6}[smhdwMy]|max|off|epoch)$/.test(assetsExpire)) {
    throw new TypeError(`${JSON.stringify(assetsExpire)} is no time of nginx such as 10m`);
  }
  const caching = assetsExpire === undefined ? 'add_header Cache-Control "no-cache";' : `expires ${assetsExpire};`;
  return `server {
  listen 80;
  listen [::]:80;
  listen 443 ssl;
  listen [::]:443 ssl;
  {{ssl_certificate_key}}
  {{ssl_certificate}}
  {{server_name}}
  {{root}}
  {{nginx_access_log}}
  {{nginx_error_log}}
  location ^~ /.well-known/ {
    auth_basic off;
    allow all;
  }
  {{settings}}
  index index.html;
  ${notFoundPage === undefined ? "" : `error_page 404 ${notFoundPage};`}
  location / {
    if ($scheme != "https") {
      rewrite ^ https://$host$uri permanent;
    }
    if (-f "\${document_root}.maintenance") {
      return 503;
    }
    if (-f "\${document_root}.suspended") {
      return 503;
    }
    ${caching}
    try_files $uri $uri/ ${fallback ?? "=404"};
  }
}
`
    .split("\n")
    .filter((line) => line.trim() !== "")
    .join("\n");
}
