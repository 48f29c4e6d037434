/** Gives the reader a file, as if a link to it had been followed. */
export function saveFile(blob: Blob, filename: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = filename;
  link.click();
  // The browser may begin to read it a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
