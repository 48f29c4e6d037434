/** A small dBASE table of plain ASCII, for values that GDAL does not write. */
export function dbf(fields: [name: string, type: string, length: number][], records: string[][]): Uint8Array {
  const header = 32 + 32 * fields.length + 1;
  const length = 1 + fields.reduce((sum, [, , size]) => sum + size, 0);
  const bytes = new Uint8Array(header + length * records.length).fill(0x20, header);
  const view = new DataView(bytes.buffer);
  bytes[0] = 3;
  view.setUint32(4, records.length, true);
  view.setUint16(8, header, true);
  view.setUint16(10, length, true);
  for (const [i, [name, type, size]] of fields.entries()) {
    bytes.set(new TextEncoder().encode(name), 32 + 32 * i);
    bytes[32 + 32 * i + 11] = type.charCodeAt(0);
    bytes[32 + 32 * i + 16] = size;
  }
  bytes[header - 1] = 0x0d;
  for (const [i, record] of records.entries()) {
    let at = header + i * length + 1;
    for (const [j, value] of record.entries()) {
      bytes.set(new TextEncoder().encode(value), at);
      at += fields[j]![2];
    }
  }
  return bytes;
}
