//! How a picture looks: its parameters as Kibana saves them.

use serde_json::{Value, json};

/// The look of bars: where their names stand, and where their numbers.
pub fn axes(names: &str, numbers: &str) -> Value {
    let labels = json!({ "show": true, "rotate": 0, "filter": true, "truncate": 100 });
    json!({
        "type": "histogram",
        "grid": { "categoryLines": false },
        "categoryAxes": [{
            "id": "CategoryAxis-1",
            "type": "category",
            "position": names,
            "show": true,
            "style": {},
            "scale": { "type": "linear" },
            "labels": labels,
            "title": {},
        }],
        "valueAxes": [{
            "id": "ValueAxis-1",
            "name": "ValueAxis-1",
            "type": "value",
            "position": numbers,
            "show": true,
            "style": {},
            "scale": { "type": "linear", "mode": "normal" },
            "labels": labels,
            "title": { "text": "events" },
        }],
        "seriesParams": [{
            "show": true,
            "type": "histogram",
            "mode": "stacked",
            "data": { "label": "events", "id": "1" },
            "valueAxis": "ValueAxis-1",
            "drawLinesBetweenPoints": true,
            "lineWidth": 2,
            "showCircles": true,
        }],
        "addTooltip": true,
        "addLegend": true,
        "legendPosition": "right",
        "times": [],
        "addTimeMarker": false,
        "labels": { "show": false },
        "thresholdLine": { "show": false, "value": 10, "width": 1, "style": "full", "color": "#E7664C" },
    })
}

/// The look of single numbers.
pub fn numbers() -> Value {
    json!({
        "type": "metric",
        "addTooltip": true,
        "addLegend": false,
        "metric": {
            "percentageMode": false,
            "useRanges": false,
            "colorSchema": "Green to Red",
            "metricColorMode": "None",
            "colorsRange": [{ "from": 0, "to": 10000 }],
            "labels": { "show": true },
            "invertColors": false,
            "style": { "bgFill": "#000", "bgColor": false, "labelColor": false, "subText": "", "fontSize": 36 },
        },
    })
}

/// The look of a table.
pub fn table() -> Value {
    json!({
        "perPage": 10,
        "showPartialRows": false,
        "showMetricsAtAllLevels": false,
        "sort": { "columnIndex": null, "direction": null },
        "showTotal": false,
        "totalFunc": "sum",
        "percentageCol": "",
    })
}
