import { column, type Kind } from "../layer.ts";

/** 桃山 plan §17: an order, its reason and its date. */
export const approval_suspension: Kind = {
  kind: "approval_suspension",
  title: { zh: "区域限批范围", en: "area under a suspension of approvals" },
  columns: {
    order_no: column("限批文号", "Order number", "text", { told: true }),
    order_body: column("限批机关", "Ordered by", "text", { told: true }),
    order_date: column("限批日期", "Order date", "date", { told: true }),
    order_reason: column("限批原因", "Reason of the order", "text", { told: true }),
  },
  paint: {
    color: "#C2410C",
    fill_opacity: 0.16,
    width: 1.5,
    dash: [5, 2, 1, 2],
    pattern: "cross-hatch",
    label: { zh: "name_zh", en: "name_en" },
  },
};
