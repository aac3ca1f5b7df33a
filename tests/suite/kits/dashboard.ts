// What a dashboard and its panels are, by Grafana's own types; texts stand for the names of enumerations, as in JSON.
import type { GraphFieldConfig } from "@grafana/schema";
import type { Options as BarGaugeOptions } from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen";
import type { Options as StatOptions } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type { Options as TimeSeriesOptions } from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
import type * as raw from "@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen";

type Plain<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;

// Of a query to Prometheus (`prometheus/dataquery`), as far as it is used; the package has no type of it.
interface Target {
  datasource: raw.DataSourceRef;
  refId: string;
  expr: string;
  legendFormat: string;
  instant: boolean;
  range: boolean;
}
// Of an annotation from Prometheus, beside what all have.
interface Annotation extends raw.AnnotationQuery {
  expr: string;
  titleFormat: string;
  textFormat: string;
}
type Dashboard = Plain<Omit<raw.Dashboard, "annotations"> & { annotations: { list: Annotation[] } }>;
type Field<Custom> = { overrides: []; defaults: Omit<raw.FieldConfig, "custom"> & { custom?: Custom } };
type Shown<Options, Custom = never> = Plain<
  Omit<raw.Panel, "options" | "fieldConfig" | "targets"> & { options: Options; fieldConfig: Field<Custom>; targets: Target[] }
>;
interface Panels {
  row: raw.RowPanel;
  stat: Shown<StatOptions>;
  bargauge: Shown<BarGaugeOptions>;
  timeseries: Shown<TimeSeriesOptions, GraphFieldConfig>;
}
