/** `@hostelry/adapter-matomo`: sites of a Matomo, as Hostelry's analytics. */
export { type MatomoAnalyticsOptions, matomoAnalytics } from "./matomo-analytics.ts";
