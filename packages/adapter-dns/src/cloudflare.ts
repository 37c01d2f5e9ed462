/** `@hostelry/adapter-dns/cloudflare`: zones at Cloudflare. */
export { type CloudflareOptions, cloudflareProvider } from "./cloudflare/cloudflare-provider.ts";
