/** Times and counts of how certificates are kept. */
export interface CertificatePolicy {
  /** Kind of certificate where `ensure` names none. Default: the authority chooses. */
  readonly profile?: string | undefined;
  /** A process works on a record for so long at most; when it dies, another begins after that. Default 5 minutes. */
  readonly leaseMs: number;
  /** The authority is asked for advice so often, or as often as it says. Default 6 hours. */
  readonly lookMs: number;
  /** Places are looked at so often, whether they still have what they got. Default 24 hours. */
  readonly observeMs: number;
  /** An answer to a challenge has to be seen by everybody within so long. Default 20 minutes. */
  readonly visibleMs: number;
  /** An order that is not done by then is given up. Default 3 days. */
  readonly orderMs: number;
  /** First pause before an order is looked at again; later ones are a quarter of what was waited. Default 1 second. */
  readonly firstPollMs: number;
  /** Longest such pause. Default 10 minutes. */
  readonly longestPollMs: number;
  /** A certificate that was never issued because its names are not allowed is let go after so long. Default 30 days. */
  readonly giveUpMs: number;
  /** So many places get a certificate side by side. Default 8. */
  readonly deliveries: number;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The policy where nothing else is said. */
export const defaultCertificatePolicy: CertificatePolicy = {
  leaseMs: 5 * minute,
  lookMs: 6 * hour,
  observeMs: day,
  visibleMs: 20 * minute,
  orderMs: 3 * day,
  firstPollMs: 1000,
  longestPollMs: 10 * minute,
  giveUpMs: 30 * day,
  deliveries: 8,
};
