/** `import.meta`, styles and `?worker&url` as Vite understands them, and what vite.config.ts puts in. */
/// <reference types="vite/client" />

/** Chinese first, then English: what is said when the service cannot be asked for its words. */
declare const OUTAGE_WORDS: Record<"app.name" | "outage.text" | "outage.retry", string>[];
