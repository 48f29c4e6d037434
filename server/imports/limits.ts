/** The limits of an import, stated in the README and in every refusal. */
export type ImportLimits = {
  /** All parts of an upload together, and everything unpacked from them. */
  bytes: number;
  /** Files of one upload. */
  files: number;
  vertices: number;
  /** Vertices of one feature: one statement must place it in time. */
  feature_vertices: number;
  features: number;
  /** Levels of archives and of nested geometry collections. */
  depth: number;
  /** Reading, from first byte to last row. */
  seconds: number;
  /** Heap of the child process that reads. */
  memory_mb: number;
  /** How long an upload is kept. */
  kept_hours: number;
};

export const IMPORT_LIMITS: ImportLimits = {
  bytes: 200_000_000,
  files: 100,
  vertices: 2_000_000,
  feature_vertices: 200_000,
  features: 200_000,
  depth: 3,
  seconds: 60,
  memory_mb: 1536,
  kept_hours: 24,
};
