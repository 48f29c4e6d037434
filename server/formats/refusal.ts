/** Files that we know and do not read, each with what to do instead. */
import { FormatError, type InputFile } from "./format.ts";

const text = (bytes: Uint8Array, end: number) => String.fromCharCode(...bytes.subarray(0, end));

/** Throws `refused_*` when one of the files is of a known kind that is not read here. */
export function refuseKnown(files: readonly InputFile[]): void {
  for (const { name, bytes } of files) {
    const head = text(bytes, 64);
    if (/\.gdb\//i.test(name) || /\.gdbtable$/i.test(name)) throw new FormatError("refused_gdb", { name });
    if (head.startsWith("OviO") || /^(\xef\xbb\xbf)?\s*\{\s*"Version"\s*:\s*"V[\d.]+"\s*,[^]*"ObjItems"/.test(text(bytes, 400)))
      throw new FormatError("refused_ovital", { name });
    if (/^AC10\d\d/.test(head)) throw new FormatError("refused_dwg", { name });
    if (head.startsWith("AutoCAD Binary DXF")) throw new FormatError("refused_binary_dxf", { name });
    if (head.startsWith("\xd0\xcf\x11\xe0")) throw new FormatError("refused_old_office", { name });
    if (/^(\xef\xbb\xbf)?\s*<(!doctype\s+html|html|head|meta|body|table|style)\b/i.test(head))
      throw new FormatError("refused_html", { name });
    if (head.startsWith("%PDF")) throw new FormatError("refused_pdf", { name });
    if (head.startsWith("PK")) throw new FormatError("refused_office", { name });
    if (/^(\x89PNG|\xff\xd8\xff|II\*\0|MM\0\*|BM)/.test(head)) throw new FormatError("refused_picture", { name });
  }
}
