-- says: views of products in the last 30 days, counted back from the newest
-- column of_product: 1 = the newest view of this product, 2 = the one before, ...; unknown without a product
-- column of_category: likewise for its category
-- needs: visits
SELECT asked, as_of, event_id, pos,
  CASE WHEN sku IS NOT NULL THEN ROW_NUMBER() OVER (
    PARTITION BY asked, sku ORDER BY pos DESC, event_id DESC) END AS of_product,
  CASE WHEN category IS NOT NULL THEN ROW_NUMBER() OVER (
    PARTITION BY asked, category ORDER BY pos DESC, event_id DESC) END AS of_category
FROM visits
WHERE type = 'view' AND (sku IS NOT NULL OR category IS NOT NULL)
  AND pos >= (as_of - {browse_window}) * 1048576
