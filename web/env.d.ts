/** `import.meta`, styles and `?worker&url` as Vite understands them. */
/// <reference types="vite/client" />
