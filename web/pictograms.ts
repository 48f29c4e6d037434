/** Signs of points, 16 x 16: on the map by canvas, in the legend as SVG. Strokes in white on the disc, unless filled. */
export const STROKES: Readonly<Record<string, string>> = {
  waterworks: "M5 11.4V7.2h6v4.2M6.5 7.2V5h3v2.2M8 9v2.4",
  sewage: "M4 6.4c1.3-1.6 2.7 1.6 4 0s2.7 1.6 4 0M4 9.8c1.3-1.6 2.7 1.6 4 0s2.7 1.6 4 0",
  house: "M4 8.2 8 4.6l4 3.6M5.3 7.5v4h5.4v-4",
  leaf: "M5 11C4.6 7 7 4.8 11.4 4.6 11.6 9 9.4 11.3 5.4 10.9M4.6 11.6 9 7.2",
  tent: "M4 11.3 8 4.6l4 6.7zM8 8.6v2.7",
  bridge: "M3.8 10.8h8.4M3.8 8.2c2.4-3.4 6-3.4 8.4 0M5.7 6.8v4M8 6v4.8M10.3 6.8v4",
  pump: "M5 11.4V4.8h3.8v6.6M4.4 11.4h5M8.8 7.2h1.3v2.6c0 1.1 1.4 1.1 1.4 0V6.2",
  well: "M4.6 5h6.8M5.4 5v3M10.6 5v3M5 8.2h6v3.2H5z",
  waste: "M4.8 5.8h6.4M6.7 5.6V4.5h2.6v1.1M5.6 6l.4 5.5h4l.4-5.5",
  tailings: "M3.8 11h8.4L9.4 5.8H7zM5.2 8.5h5.6",
  mine: "M4.6 11.4 10.2 5.8M6 4.8c2.4-.6 4.6 1.6 5.1 4.8",
  anchor: "M8 5.8v5.8M5.9 7.6h4.2M4.4 9.2c.3 1.8 1.8 2.6 3.6 2.6s3.3-.8 3.6-2.6M8 5.7a.8.8 0 1 0 0-1.6.8.8 0 0 0 0 1.6",
  restaurant: "M5.6 6.6v5M4.6 4.4v2.2h2V4.4M10.4 11.6V4.4c-1.4.6-1.8 2.2-1.6 4h1.6",
  flask: "M7 4.4V7l-2.2 4.4h6.4L9 7V4.4M6.4 4.4h3.2",
  factory: "M4 11.4V7.2l2.4 1.4V7.2l2.4 1.4V4.6h2.6v6.8z",
  fish: "M3.8 8c2-2.6 5-2.6 6.6 0-1.6 2.6-4.6 2.6-6.6 0zM10.4 8l2-1.8v3.6z",
  livestock:
    "M8 4.8c2.2 0 3.5 1.5 3.5 3.3S10.2 11.4 8 11.4 4.5 9.9 4.5 8.1 5.8 4.8 8 4.8zM7.1 8.8h.1M8.8 8.8h.1M5 5.6l-.7-1.2M11 5.6l.7-1.2",
  outfall: "M4 6h4.2a2 2 0 0 1 2 2v.6M10.2 10.2v1.2M8.7 9.9l-.4 1.2M11.7 9.9l.4 1.2M4 8.4h3.6",
};

/** A drop of water. */
export const DROP = "M8 1.8C10.7 5.3 12.2 7.6 12.2 9.8a4.2 4.2 0 0 1-8.4 0C3.8 7.6 5.3 5.3 8 1.8z";

/** Roman numerals of water-quality classes, as one sign each. */
export const CLASS_SIGNS: Readonly<Record<string, string>> = {
  I: "\u2160",
  II: "\u2161",
  III: "\u2162",
  IV: "\u2163",
  V: "\u2164",
};
