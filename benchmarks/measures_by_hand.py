"""The measures of orders as one DuckDB query by hand, for the comparison with those of `engine/facts/measures.py`.

It has the same columns by the same definitions; its sums are floating point, which no order of rows holds still.
"""

from __future__ import annotations

from datetime import date


def measures_sql(as_of: date) -> str:
    """Return the query over a table `orders` with customer_id, date, amount, order_id and margin."""
    return BY_HAND.format(as_of=as_of)


BY_HAND = """
WITH span AS (
  SELECT as_of, date_trunc('month', as_of + 1)::DATE - 1 AS month_end,
         (as_of - INTERVAL 12 MONTH)::DATE AS year_ago, (as_of - INTERVAL 6 MONTH)::DATE AS half_year_ago
  FROM (SELECT DATE '{as_of}' AS as_of)
),
counted AS (
  SELECT customer_id, date, amount, margin, amount > 0 AS is_order, coalesce(order_id, date::VARCHAR) AS order_key,
         (year(month_end) * 12 + month(month_end)) - (year(date) * 12 + month(date)) AS age
  FROM orders, span WHERE date <= as_of
),
per_order AS (
  SELECT customer_id, order_key, min(date) AS first_order, max(date) AS last_order
  FROM counted WHERE is_order GROUP BY ALL
),
buyers AS (
  SELECT customer_id, min(first_order) AS first_order, max(last_order) AS last_order, count(*) AS orders,
         count(*) FILTER (last_order >= (SELECT year_ago FROM span)) AS orders_last_year
  FROM per_order GROUP BY ALL
),
days AS (
  SELECT customer_id, date, any_value(age) AS age, sum(amount) AS net, sum(amount) FILTER (is_order) AS size,
         sum(amount) FILTER (is_order AND margin IS NOT NULL AND age BETWEEN 0 AND 11) AS rated,
         sum(amount * margin) FILTER (is_order AND age BETWEEN 0 AND 11) AS earned
  FROM counted GROUP BY ALL
),
months AS (
  SELECT customer_id, age, greatest(sum(net), 0) AS volume
  FROM days WHERE age BETWEEN 0 AND 23 GROUP BY ALL
),
volumes AS (
  SELECT customer_id, count(*) FILTER (volume > 0 AND age < 12) AS active_months,
         coalesce(sum(volume) FILTER (age BETWEEN 0 AND 2), 0) AS q0,
         coalesce(sum(volume) FILTER (age BETWEEN 3 AND 5), 0) AS q1,
         coalesce(sum(volume) FILTER (age BETWEEN 6 AND 8), 0) AS q2,
         coalesce(sum(volume) FILTER (age BETWEEN 9 AND 11), 0) AS q3,
         coalesce(sum(volume) FILTER (age BETWEEN 12 AND 14), 0) AS q4,
         coalesce(sum(volume) FILTER (age BETWEEN 15 AND 17), 0) AS q5,
         coalesce(sum(volume) FILTER (age BETWEEN 18 AND 20), 0) AS q6,
         coalesce(sum(volume) FILTER (age BETWEEN 21 AND 23), 0) AS q7
  FROM months GROUP BY ALL
),
gaps AS (
  SELECT customer_id, size, (date - lead(date) OVER newest)::DOUBLE AS gap, row_number() OVER newest AS place
  FROM days WHERE size IS NOT NULL AND age BETWEEN 0 AND 23
  WINDOW newest AS (PARTITION BY customer_id ORDER BY date DESC)
),
rhythm AS (
  SELECT customer_id, count(gap) AS gaps, greatest(quantile_cont(gap, 0.8), 7) AS own_gap,
         median(size) AS median_size, avg(size) FILTER (place <= 3) AS recent_size
  FROM gaps GROUP BY ALL
),
market AS (SELECT median(own_gap) AS market_gap FROM rhythm WHERE gaps >= 3),
people AS (
  SELECT customer_id, min(date) AS first_row, sum(earned) / sum(rated) AS own_rate FROM days GROUP BY ALL
),
book AS (SELECT sum(earned) / sum(rated) AS book_rate FROM days),
joined AS (
  SELECT *, greatest((year(month_end) * 12 + month(month_end)) - (year(first_order) * 12 + month(first_order)) + 1, 0)
           AS history_months,
         coalesce(own_rate, book_rate, 1) AS margin_rate,
         CASE WHEN last_order IS NOT NULL THEN greatest(month_end - last_order, 1) END AS days_silent,
         CASE WHEN gaps >= 3 THEN own_gap ELSE coalesce(market_gap, greatest(own_gap, 7)) END AS usual_gap_days
  FROM people LEFT JOIN buyers USING (customer_id) LEFT JOIN volumes USING (customer_id)
       LEFT JOIN rhythm USING (customer_id), market, book, span
),
quarters AS (
  SELECT *, history_months > 0 AS has_history, greatest(least(history_months, 24) // 3, 2) AS n
  FROM joined
),
means AS (
  SELECT * REPLACE (coalesce(q0, 0) AS q0, coalesce(q1, 0) AS q1, CASE WHEN n > 2 THEN coalesce(q2, 0) ELSE 0 END AS q2,
                    CASE WHEN n > 3 THEN coalesce(q3, 0) ELSE 0 END AS q3,
                    CASE WHEN n > 4 THEN coalesce(q4, 0) ELSE 0 END AS q4,
                    CASE WHEN n > 5 THEN coalesce(q5, 0) ELSE 0 END AS q5,
                    CASE WHEN n > 6 THEN coalesce(q6, 0) ELSE 0 END AS q6,
                    CASE WHEN n > 7 THEN coalesce(q7, 0) ELSE 0 END AS q7)
  FROM quarters
),
totals AS (
  SELECT *, q0 + q1 + q2 + q3 AS year, q4 + q5 + q6 + q7 AS before, (year + before) / n AS mean,
         sqrt(((q0 - mean) ** 2 + (q1 - mean) ** 2 + CASE WHEN n > 2 THEN (q2 - mean) ** 2 ELSE 0 END
               + CASE WHEN n > 3 THEN (q3 - mean) ** 2 ELSE 0 END + CASE WHEN n > 4 THEN (q4 - mean) ** 2 ELSE 0 END
               + CASE WHEN n > 5 THEN (q5 - mean) ** 2 ELSE 0 END + CASE WHEN n > 6 THEN (q6 - mean) ** 2 ELSE 0 END
               + CASE WHEN n > 7 THEN (q7 - mean) ** 2 ELSE 0 END) / n) AS plain,
         sqrt(((q0 - q4) ** 2 + (q1 - q5) ** 2 + (q2 - q6) ** 2 + (q3 - q7) ** 2) / 8) AS seasonal
  FROM means
),
parts AS (
  SELECT *,
         CASE WHEN has_history THEN CASE WHEN mean > 0 THEN
           1 / (1 + CASE WHEN n = 8 THEN least(plain, seasonal) ELSE plain END / mean) ELSE 0 END END
           AS stability_quarters,
         CASE WHEN has_history THEN coalesce(active_months, 0) / least(history_months, 12) END AS stability_months,
         CASE WHEN has_history THEN CASE WHEN median_size > 0 THEN
           least(usual_gap_days / days_silent, 1) * least(recent_size / median_size, 1) ELSE 0 END END
           AS stability_orders
  FROM totals
)
SELECT customer_id,
       CASE WHEN coalesce(last_order, first_row) < year_ago THEN 'lost'
            WHEN orders >= 2 AND first_order <= half_year_ago THEN 'rated' ELSE 'new' END AS standing,
       CASE WHEN has_history THEN year / least(n, 4) * margin_rate END AS contribution,
       (stability_quarters + stability_months + stability_orders) / 3 AS stability,
       stability_quarters, stability_months, stability_orders, coalesce(orders_last_year, 0) AS orders_last_year,
       days_silent, usual_gap_days, CASE WHEN n = 8 AND before > 0 THEN year / before END AS volume_trend,
       first_order, last_order, history_months
FROM parts
"""
