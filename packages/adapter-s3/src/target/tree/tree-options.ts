/** How releases are laid out as trees of paths. */
export interface TreeOptions {
  readonly redirects: boolean;
  readonly directoryIndexes: boolean;
  cacheControl(path: string): string;
}

/** How `s3Target` lays releases out for a store that serves by itself. */
export interface S3TreeOptions {
  /**
   * Redirects of the site from one path to one address with status 301 become objects that the store redirects from
   * (`x-amz-website-redirect-location`: website endpoints of AWS, Ceph and Garage). Default false. All others are left out.
   */
  readonly redirects?: boolean | undefined;
  /** `docs/index.html` is also under `docs/`, for stores that know no index documents. Default false. */
  readonly directoryIndexes?: boolean | undefined;
  /** What `Cache-Control` says for a path. Default: a year and `immutable` for names with a hash, else always to be asked for. */
  readonly cacheControl?: ((path: string) => string) | undefined;
}
