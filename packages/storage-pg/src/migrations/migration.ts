/** A step in the life of the schema. Steps only go forward, and each is safe while the version before it still runs. */
export interface Migration {
  /** 1, 2, 3 …, without gap. */
  readonly number: number;
  /** What it brings, as in its file's name. */
  readonly name: string;
  /**
   * The statements. `{schema}` stands for the quoted schema name. Never edit one that was released: its checksum is
   * kept in every database it was applied to.
   */
  readonly sql: string;
}
