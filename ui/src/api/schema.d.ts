// Written by `just schema` from the protocol table. Do not edit.

export interface AddRolePermission {
  readonly role_id: number;
  readonly resource_type: string;
  readonly resource_pattern: string;
  readonly permission: string;
}

export interface Alert {
  readonly alert_id: number;
  readonly run_id: string;
  readonly experiment_id: string;
  readonly run_name: string;
  readonly time: number;
  readonly level: AlertLevel;
  readonly title: string;
  readonly text: string;
  readonly rule_id: string;
}

export type AlertLevel = "ERROR" | "INFO" | "WARNING";

export interface AlertNote {
  readonly title: string;
  readonly text?: string;
  readonly level?: AlertLevel;
  readonly time?: number;
}

export interface AlertResponse {
  readonly alert: Alert;
}

export interface AlertRule {
  readonly rule_id: string;
  readonly name: string;
  readonly condition: string;
  readonly experiment_id: string;
  readonly level: AlertLevel;
  readonly interval_s: number;
  readonly webhook_id: string;
  readonly user_id: string;
  readonly creation_time: number;
}

export interface AlertRuleResponse {
  readonly rule: AlertRule;
}

export interface AliasInUse {
  readonly name: string;
  readonly alias: string;
  readonly version: string;
  readonly time: number;
  readonly user_id: string;
}

export interface Append {
  readonly journal_id: string;
  readonly run_id: string;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly create?: CreateRun | null;
  readonly keys?: readonly (string)[];
  readonly key_index?: string;
  readonly steps?: string;
  readonly timestamps?: string;
  readonly values?: string;
  readonly params?: readonly (Param)[];
  readonly tags?: readonly (RunTag)[];
  readonly deleted_tags?: readonly (string)[];
  readonly update?: UpdateRun | null;
  readonly heartbeat?: boolean;
  readonly datasets?: readonly (DatasetInput)[];
  readonly model_inputs?: readonly (ModelInput)[];
  readonly model_outputs?: readonly (ModelOutput)[];
  readonly model_metrics?: readonly (Metric)[];
  readonly revise_params?: boolean;
  readonly user_id?: string;
  readonly alerts?: readonly (AlertNote)[];
}

export interface AppendLog {
  readonly run_id: string;
  readonly name: string;
  readonly position: number;
  readonly data: string;
}

export interface AppendResponse {
  readonly last_seq: number;
  readonly rejected?: readonly (Rejection)[];
}

export interface Approval {
  readonly role: string;
  readonly user_id: string;
  readonly time: number;
  readonly reason?: string;
}

export interface ApprovalRule {
  readonly role: string;
  readonly count?: number;
  readonly by_others?: boolean;
}

export interface Approve {
  readonly name: string;
  readonly version: string;
  readonly role: string;
  readonly withdraw?: boolean;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface ApprovePromotion {
  readonly name: string;
  readonly request_id: number;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface ArchiveRuns {
  readonly run_ids: readonly (string)[];
}

export interface ArtifactFile {
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}

export interface AssignNumberedRole {
  readonly username: string;
  readonly role_id: number;
}

export interface AssignRole {
  readonly name: string;
  readonly username: string;
  readonly withdraw?: boolean;
}

export type Better = "higher" | "lower";

export interface ChangedRun {
  readonly experiment_id: string;
  readonly run_id: string;
}

export interface Changes {
  readonly since?: number;
}

export interface ChangesResponse {
  readonly cursor: number;
  readonly runs: readonly (ChangedRun)[];
}

export interface CheckPromotion {
  readonly name: string;
  readonly version: string;
  readonly alias?: string;
  readonly stage?: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface CheckPromotionResponse {
  readonly passed: boolean;
  readonly requirements?: readonly (Requirement)[];
  readonly champion?: string;
}

export interface CollectBlobs {
  readonly cursor?: string;
  readonly grace_ms?: number;
  readonly dry_run?: boolean;
}

export interface CollectBlobsResponse {
  readonly files: number;
  readonly bytes: number;
  readonly progress: number | "NaN" | "Infinity" | "-Infinity";
  readonly cursor: string;
}

export interface ColumnSummary {
  readonly name: string;
  readonly empty: number;
  readonly distinct: number;
  readonly low?: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly high?: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly mean?: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly bins?: readonly (number)[];
  readonly common?: Readonly<Record<string, number>>;
}

export interface CommentPromotion {
  readonly name: string;
  readonly request_id: number;
  readonly text: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface CommitArtifacts {
  readonly root: string;
  readonly files: readonly (ArtifactFile)[];
}

export interface Compact {

}

export interface CompactResponse {
  readonly bytes: number;
  readonly remaining: number;
}

export interface ComparedDataset {
  readonly run_id: string;
  readonly name: string;
  readonly digest: string;
  readonly context: string;
}

export interface ComparedExperiment {
  readonly experiment_id: string;
  readonly name: string;
}

export interface ComparedFile {
  readonly run_id: string;
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}

export interface ComparedText {
  readonly digest: string;
  readonly text: string;
}

export interface CompareRuns {
  readonly run_ids: readonly (string)[];
  readonly columns?: readonly (string)[];
  readonly details?: boolean;
}

export interface CompareRunsResponse {
  readonly table: QueryRunsResponse;
  readonly experiments: readonly (ComparedExperiment)[];
  readonly datasets: readonly (ComparedDataset)[];
  readonly files: readonly (ComparedFile)[];
  readonly texts: readonly (ComparedText)[];
  readonly missing: readonly (string)[];
}

export interface CompareVersions {
  readonly name: string;
  readonly old: string;
  readonly new: string;
  readonly new_name?: string;
  readonly include_equal?: boolean;
}

export interface CopyRun {
  readonly run_id: string;
  readonly new_run_id?: string;
  readonly experiment_id?: string;
  readonly run_name?: string;
  readonly user_id?: string;
  readonly start_time?: number;
  readonly history?: boolean;
  readonly step?: number | null;
  readonly artifacts?: boolean;
}

export interface CreateAlertRule {
  readonly name: string;
  readonly condition: string;
  readonly experiment_id?: string;
  readonly level?: AlertLevel;
  readonly interval_s?: number;
  readonly webhook_id?: string;
  readonly user_id?: string;
  readonly rule_id?: string;
}

export interface CreateExperiment {
  readonly name: string;
  readonly artifact_location?: string;
  readonly tags?: readonly (ExperimentTag)[];
}

export interface CreateExperimentResponse {
  readonly experiment_id: string;
}

export interface CreateLoggedModel {
  readonly experiment_id: string;
  readonly name?: string;
  readonly model_type?: string;
  readonly source_run_id?: string;
  readonly params?: readonly (LoggedModelParam)[];
  readonly tags?: readonly (LoggedModelTag)[];
}

export interface CreateModelVersion {
  readonly name: string;
  readonly source: string;
  readonly run_id?: string;
  readonly tags?: readonly (ModelVersionTag)[];
  readonly run_link?: string;
  readonly description?: string;
  readonly model_id?: string;
  readonly provenance?: Provenance | null;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface CreateNumberedRole {
  readonly name: string;
  readonly workspace?: string;
  readonly description?: string | null;
}

export interface CreateRegisteredModel {
  readonly name: string;
  readonly tags?: readonly (RegisteredModelTag)[];
  readonly description?: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface CreateRole {
  readonly name: string;
  readonly description?: string;
}

export interface CreateRun {
  readonly experiment_id?: string;
  readonly user_id?: string;
  readonly run_name?: string;
  readonly start_time?: number;
  readonly tags?: readonly (RunTag)[];
  readonly run_id?: string;
}

export interface CreateToken {
  readonly name: string;
  readonly username?: string;
  readonly lifetime_s?: number;
  readonly scope?: TokenScope;
}

export interface CreateTokenResponse {
  readonly token: Token;
  readonly secret: string;
}

export interface CreateUser {
  readonly username: string;
  readonly password?: string;
  readonly is_admin?: boolean;
}

export interface CreateView {
  readonly name: string;
  readonly state: Readonly<Record<string, unknown>>;
  readonly experiment_id?: string;
  readonly user_id?: string;
  readonly view_id?: string;
  readonly kind?: string;
}

export interface CreateWebhook {
  readonly name: string;
  readonly url: string;
  readonly events: readonly (WebhookEvent)[];
  readonly description?: string;
  readonly secret?: string;
  readonly status?: WebhookStatus;
}

export interface CurrentUserResponse {
  readonly user: User;
  readonly is_basic_auth?: boolean;
}

export interface Dataset {
  readonly name?: string;
  readonly digest?: string;
  readonly source_type?: string;
  readonly source?: string;
  readonly schema?: string;
  readonly profile?: string;
}

export interface DatasetFilter {
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
}

export interface DatasetInput {
  readonly dataset: Dataset;
  readonly tags?: readonly (InputTag)[];
}

export interface DatasetSummary {
  readonly experiment_id: string;
  readonly name: string;
  readonly digest: string;
  readonly context?: string;
}

export interface DeleteAlertRule {
  readonly rule_id: string;
}

export interface DeleteExperiment {
  readonly experiment_id: string;
}

export interface DeleteExperimentTag {
  readonly experiment_id: string;
  readonly key: string;
}

export interface DeleteGrant {
  readonly kind: Kind;
  readonly resource: string;
  readonly username?: string;
  readonly role?: string;
}

export interface DeleteLoggedModel {
  readonly model_id: string;
}

export interface DeleteLoggedModelTag {
  readonly model_id: string;
  readonly tag_key: string;
}

export interface DeleteMetric {
  readonly run_id: string;
  readonly user_id?: string;
  readonly key: string;
}

export interface DeleteModelVersion {
  readonly name: string;
  readonly version: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface DeleteModelVersionTag {
  readonly name: string;
  readonly version: string;
  readonly key: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface DeleteParam {
  readonly run_id: string;
  readonly user_id?: string;
  readonly key: string;
}

export interface DeleteRegisteredModel {
  readonly name: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface DeleteRegisteredModelAlias {
  readonly name: string;
  readonly alias: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface DeleteRegisteredModelTag {
  readonly name: string;
  readonly key: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface DeleteRole {
  readonly name: string;
}

export interface DeleteRun {
  readonly run_id: string;
}

export interface DeleteTag {
  readonly run_id?: string;
  readonly run_uuid?: string;
  readonly key: string;
}

export interface DeleteTree {
  readonly path: string;
}

export interface DeleteUser {
  readonly username: string;
}

export interface DeleteView {
  readonly view_id: string;
}

export interface DeleteWebhook {
  readonly webhook_id: string;
}

export interface Deliver {
  readonly max_s?: number | "NaN" | "Infinity" | "-Infinity";
}

export interface DeliverResponse {
  readonly delivered: number;
  readonly failed: number;
  readonly waiting: number;
}

export interface Delivery {
  readonly delivery_id: string;
  readonly webhook_id: string;
  readonly event: string;
  readonly status: DeliveryStatus;
  readonly creation_time: number;
  readonly attempts: number;
  readonly last_attempt_time: number | null;
  readonly next_attempt_time: number | null;
  readonly response_status: number | null;
  readonly error_message: string;
  readonly body: string;
}

export type DeliveryStatus = "DELIVERED" | "FAILED" | "WAITING";

export interface Deploy {
  readonly name: string;
  readonly target: string;
  readonly version: string;
  readonly url?: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface Difference {
  readonly key: string;
  readonly old?: string | null;
  readonly new?: string | null;
}

export type EdgeKind = "copied_to" | "deployed_to" | "in_stage" | "named" | "needed_by" | "parent_of" | "produced" | "read_by" | "registered_as" | "run_by";

export interface Edit {
  readonly action: EditAction;
  readonly time: number;
  readonly user_id?: string;
  readonly key?: string;
  readonly old?: string | null;
  readonly new?: string | null;
}

export type EditAction = "delete_metric" | "delete_param" | "move" | "rename_metric" | "rename_param" | "rewind" | "set_param";

export interface EditedPoints {
  readonly points: number;
}

export interface EditKeys {
  readonly changes: readonly (KeyChange)[];
  readonly user_id?: string;
}

export interface EditKeysResponse {
  readonly run_ids: readonly (string)[];
  readonly points: number;
  readonly undo: readonly (KeyChange)[];
}

export interface Empty {

}

export interface ErrorBody {
  readonly error_code: string;
  readonly message: string;
  readonly sqlstate?: string;
  readonly error_class?: string;
}

export interface Experiment {
  readonly experiment_id: string;
  readonly name: string;
  readonly artifact_location: string;
  readonly lifecycle_stage: LifecycleStage;
  readonly last_update_time: number;
  readonly creation_time: number;
  readonly tags?: readonly (ExperimentTag)[];
}

export interface ExperimentOverview {
  readonly experiment: Experiment;
  readonly runs: number;
  readonly running: number;
  readonly models: number;
  readonly datasets: number;
  readonly last_activity: number;
  readonly best: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly best_run_id: string;
}

export interface ExperimentPermission {
  readonly experiment_id: string;
  readonly user_id: number;
  readonly permission: string;
}

export interface ExperimentPermissionResponse {
  readonly experiment_permission: ExperimentPermission;
}

export interface ExperimentTag {
  readonly key: string;
  readonly value?: string;
}

export interface Extreme {
  readonly value: number | "NaN" | "Infinity" | "-Infinity";
  readonly run_id: string;
}

export interface Family {
  readonly experiment_name: string;
  readonly is_experiment_archived?: boolean;
  readonly ancestors?: readonly (Relative)[];
  readonly descendants?: readonly (Relative)[];
  readonly truncated?: boolean;
}

export interface FileInfo {
  readonly path: string;
  readonly is_dir: boolean;
  readonly file_size?: number | null;
}

export interface FinalizeLoggedModel {
  readonly model_id: string;
  readonly status: LoggedModelStatus;
}

export interface Find {
  readonly text?: string;
  readonly limit?: number;
  readonly among?: readonly (string)[] | null;
}

export interface FindFiles {
  readonly run_ids: readonly (string)[];
  readonly path?: string;
}

export interface FindFilesResponse {
  readonly files: readonly (ComparedFile)[];
  readonly total: number;
  readonly elsewhere: readonly (string)[];
}

export interface FindMissing {
  readonly digests: readonly (string)[];
}

export interface FindMissingResponse {
  readonly digests: readonly (string)[];
}

export interface FindResponse {
  readonly experiments: readonly (FoundExperiment)[];
  readonly runs: readonly (FoundRun)[];
  readonly models: readonly (FoundModel)[];
}

export interface FinishUpload {
  readonly digest: string;
  readonly upload_id: string;
  readonly parts: readonly (UploadedPart)[];
}

export interface FoundExperiment {
  readonly experiment_id: string;
  readonly name: string;
}

export interface FoundModel {
  readonly name: string;
  readonly last_version: number;
  readonly aliases: readonly (RegisteredModelAlias)[];
}

export interface FoundRun {
  readonly run_id: string;
  readonly run_name: string;
  readonly status: RunStatus;
  readonly start_time: number;
  readonly experiment_id: string;
  readonly experiment_name: string;
}

export interface Gate {
  readonly alias?: string;
  readonly stage?: string;
  readonly tags?: readonly (RequiredTag)[];
  readonly metrics?: readonly (Threshold)[];
  readonly approvals?: readonly (ApprovalRule)[];
  readonly reason?: boolean;
}

export interface GetCurrentUser {
  readonly username?: string;
}

export interface GetDownloadUri {
  readonly name: string;
  readonly version: string;
}

export interface GetDownloadUriResponse {
  readonly artifact_uri: string;
}

export interface GetExperiment {
  readonly experiment_id: string;
}

export interface GetExperimentByName {
  readonly experiment_name: string;
}

export interface GetExperimentResponse {
  readonly experiment: Experiment;
}

export interface GetFamily {
  readonly run_id: string;
}

export interface GetHistory {
  readonly metric_key: string;
  readonly run_id?: string;
  readonly run_uuid?: string;
  readonly max_results?: number | null;
  readonly page_token?: string;
}

export interface GetHistoryBulk {
  readonly metric_key: string;
  readonly run_id?: readonly (string)[];
  readonly max_results?: number;
}

export interface GetHistoryBulkResponse {
  readonly metrics: readonly (MetricWithRunId)[];
}

export interface GetHistoryInterval {
  readonly metric_key: string;
  readonly run_ids?: readonly (string)[];
  readonly start_step?: number | null;
  readonly end_step?: number | null;
  readonly max_results?: number;
}

export interface GetHistoryIntervalResponse {
  readonly metrics?: readonly (MetricWithRunId)[];
}

export interface GetHistoryResponse {
  readonly metrics?: readonly (Metric)[];
  readonly next_page_token?: string;
}

export interface GetJournal {
  readonly journal_id: string;
}

export interface GetLatestVersions {
  readonly name: string;
  readonly stages?: readonly (string)[];
}

export interface GetLatestVersionsResponse {
  readonly model_versions?: readonly (ModelVersion)[];
}

export interface GetLineage {
  readonly name?: string;
  readonly version?: string;
  readonly run_id?: string;
  readonly model_id?: string;
  readonly dataset_digest?: string;
}

export interface GetLoggedModel {
  readonly model_id: string;
  readonly allow_deleted?: boolean;
}

export interface GetModelVersion {
  readonly name: string;
  readonly version: string;
}

export interface GetModelVersionByAlias {
  readonly name: string;
  readonly alias: string;
}

export interface GetPolicy {
  readonly name?: string;
}

export interface GetPromotion {
  readonly name: string;
  readonly request_id: number;
}

export interface GetProvenance {
  readonly name: string;
  readonly version: string;
}

export interface GetRegisteredModel {
  readonly name: string;
}

export interface GetRun {
  readonly run_id?: string;
  readonly run_uuid?: string;
}

export interface GetTree {
  readonly root: string;
}

export interface GetUser {
  readonly username: string;
}

export interface GetView {
  readonly view_id: string;
  readonly version?: number;
}

export interface GetWebhook {
  readonly webhook_id: string;
}

export interface Grant {
  readonly kind: Kind;
  readonly resource: string;
  readonly level: Level;
  readonly username?: string;
  readonly role?: string;
}

export interface GrantedPermission {
  readonly permission: string;
  readonly resource_pattern: string;
  readonly resource_type: string;
  readonly role_id?: number;
  readonly role_name?: string;
  readonly workspace?: string;
}

export interface GrantPermission {
  readonly username: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly permission: string;
}

export interface GrantResponse {
  readonly grant: Grant;
}

export interface GroupColumn {
  readonly name: string;
  readonly count: readonly (number)[];
  readonly mean: readonly (number | "NaN" | "Infinity" | "-Infinity" | null)[];
  readonly min: readonly (number | "NaN" | "Infinity" | "-Infinity" | null)[];
  readonly max: readonly (number | "NaN" | "Infinity" | "-Infinity" | null)[];
  readonly std: readonly (number | "NaN" | "Infinity" | "-Infinity" | null)[];
}

export interface Histogram {
  readonly min: number | "NaN" | "Infinity" | "-Infinity";
  readonly max: number | "NaN" | "Infinity" | "-Infinity";
  readonly counts: readonly (number)[];
}

export interface HomeExperiment {
  readonly experiment_id: string;
  readonly name: string;
  readonly runs: number;
  readonly running: number;
  readonly last_activity: number;
  readonly metric: string;
  readonly direction: string;
  readonly least: Extreme | null;
  readonly greatest: Extreme | null;
  readonly starred?: boolean;
}

export interface HomeResponse {
  readonly running: readonly (Progress)[];
  readonly running_total: number;
  readonly recent: readonly (HomeRun)[];
  readonly experiments: readonly (HomeExperiment)[];
  readonly aliases: readonly (AliasInUse)[];
  readonly failed: readonly (HomeRun)[];
  readonly failed_total: number;
  readonly alerts: readonly (Alert)[];
  readonly alerts_total: number;
  readonly pending: readonly (PendingVersion)[];
  readonly has_samples?: boolean;
  readonly requests_total?: number;
}

export interface HomeRun {
  readonly run_id: string;
  readonly run_name: string;
  readonly experiment_id: string;
  readonly experiment_name: string;
  readonly status: string;
  readonly user_id: string;
  readonly start_time: number;
  readonly end_time: number;
}

export interface IndexLog {
  readonly run_id: string;
  readonly name?: string;
  readonly position?: number;
  readonly line?: number;
  readonly path?: string;
}

export interface IndexLogResponse {
  readonly name?: string;
  readonly names?: readonly (string)[];
  readonly positions?: readonly (number)[];
  readonly lines?: readonly (number)[];
  readonly count?: number;
  readonly end?: number;
  readonly size?: number;
  readonly more?: boolean;
  readonly is_live?: boolean;
}

export interface InputTag {
  readonly key: string;
  readonly value?: string;
}

export interface KeyChange {
  readonly run_ids: readonly (string)[];
  readonly kind: KeyKind;
  readonly key: string;
  readonly new_key?: string;
  readonly value?: string | null;
}

export interface KeyCount {
  readonly name: string;
  readonly versions: number;
}

export type KeyKind = "attribute" | "dataset" | "metric" | "param" | "tag";

export interface KeySummary {
  readonly kind: KeyKind;
  readonly name: string;
  readonly runs: number;
  readonly distinct: number;
  readonly min?: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly max?: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly values?: readonly (string)[];
}

export type Kind = "experiment" | "registered_model";

export type Level = "EDIT" | "MANAGE" | "NO_PERMISSIONS" | "READ";

export type LifecycleStage = "active" | "deleted";

export interface Lineage {
  readonly root: string;
  readonly nodes: readonly (LineageNode)[];
  readonly edges: readonly (LineageEdge)[];
  readonly truncated?: boolean;
}

export interface LineageEdge {
  readonly source: string;
  readonly target: string;
  readonly kind: EdgeKind;
}

export interface LineageNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly is_here?: boolean;
}

export interface ListAlertRules {
  readonly experiment_id?: string;
}

export interface ListAlertRulesResponse {
  readonly rules: readonly (AlertRule)[];
}

export interface ListAlerts {
  readonly run_id?: string;
  readonly experiment_id?: string;
  readonly rule_id?: string;
  readonly max_results?: number;
  readonly page_token?: string;
}

export interface ListAlertsResponse {
  readonly alerts?: readonly (Alert)[];
  readonly next_page_token?: string;
}

export interface ListApprovals {
  readonly name: string;
  readonly version: string;
}

export interface ListApprovalsResponse {
  readonly approvals: readonly (Approval)[];
}

export interface ListArtifacts {
  readonly run_id?: string;
  readonly run_uuid?: string;
  readonly path?: string;
  readonly page_token?: string;
}

export interface ListArtifactsResponse {
  readonly root_uri: string;
  readonly files?: readonly (FileInfo)[];
  readonly next_page_token?: string;
}

export interface ListDeliveries {
  readonly webhook_id?: string;
  readonly status?: DeliveryStatus | null;
  readonly max_results?: number;
  readonly page_token?: string;
}

export interface ListDeliveriesResponse {
  readonly deliveries?: readonly (Delivery)[];
  readonly next_page_token?: string;
}

export interface ListEdits {
  readonly run_id: string;
  readonly key?: string;
}

export interface ListEditsResponse {
  readonly edits: readonly (Edit)[];
}

export interface ListEvents {
  readonly name?: string;
  readonly version?: string;
  readonly newest_first?: boolean;
  readonly max_results?: number;
  readonly page_token?: string;
  readonly actions?: readonly (RegistryAction)[];
}

export interface ListEventsResponse {
  readonly events?: readonly (RegistryEvent)[];
  readonly next_page_token?: string;
}

export interface ListGrants {
  readonly kind: Kind;
  readonly resource: string;
}

export interface ListGrantsResponse {
  readonly grants: readonly (Grant)[];
  readonly default: Level;
}

export interface ListKeys {
  readonly experiment_ids: readonly (string)[];
  readonly contains?: string;
  readonly limit?: number;
}

export interface ListKeysResponse {
  readonly keys: readonly (KeySummary)[];
  readonly total: number;
  readonly runs: number;
}

export interface ListLoggedModelArtifacts {
  readonly model_id: string;
  readonly artifact_directory_path?: string;
  readonly page_token?: string;
}

export interface ListLoggedModelArtifactsResponse {
  readonly root_uri: string;
  readonly files?: readonly (FileInfo)[];
  readonly next_page_token?: string;
}

export interface ListNumberedRoles {
  readonly workspace?: string;
}

export interface ListOverviews {
  readonly experiment_ids?: readonly (string)[];
  readonly filter?: string;
  readonly view_type?: ViewType;
  readonly order_by?: readonly (string)[];
  readonly limit?: number;
}

export interface ListOverviewsResponse {
  readonly experiments: readonly (ExperimentOverview)[];
  readonly more: boolean;
}

export interface ListPermissions {
  readonly username?: string;
}

export interface ListPermissionsResponse {
  readonly is_admin: boolean;
  readonly permissions: readonly (GrantedPermission)[];
}

export interface ListPromotions {
  readonly name?: string;
  readonly version?: string;
  readonly status?: PromotionStatus | null;
  readonly max_results?: number;
  readonly page_token?: string;
}

export interface ListPromotionsResponse {
  readonly requests: readonly (PromotionRequest)[];
  readonly total: number;
  readonly next_page_token?: string;
}

export interface ListRoles {

}

export interface ListRolesResponse {
  readonly roles: readonly (Role)[];
}

export interface ListTokens {
  readonly username?: string;
}

export interface ListTokensResponse {
  readonly tokens: readonly (Token)[];
}

export interface ListTrash {
  readonly older_than_ms?: number;
  readonly experiment_ids?: readonly (string)[];
  readonly run_ids?: readonly (string)[];
  readonly model_ids?: readonly (string)[];
}

export interface ListTrashResponse {
  readonly experiment_ids: readonly (string)[];
  readonly run_ids: readonly (string)[];
  readonly model_ids: readonly (string)[];
  readonly unknown: readonly (string)[];
  readonly points: number;
  readonly files: number;
  readonly bytes: number;
}

export interface ListTree {
  readonly path?: string;
}

export interface ListTreeResponse {
  readonly files?: readonly (FileInfo)[];
}

export interface ListUserRoles {
  readonly username?: string;
}

export interface ListUsers {

}

export interface ListUsersResponse {
  readonly users: readonly (User)[];
}

export interface ListValues {
  readonly experiment_ids: readonly (string)[];
  readonly key: string;
  readonly contains?: string;
  readonly limit?: number;
  readonly bins?: number;
}

export interface ListValuesResponse {
  readonly values: readonly (ValueCount)[];
  readonly total: number;
  readonly runs: number;
  readonly histogram?: Histogram | null;
}

export interface ListViews {
  readonly experiment_id?: string;
  readonly kind?: string;
}

export interface ListViewsResponse {
  readonly views: readonly (ViewInfo)[];
}

export interface ListViewVersions {
  readonly view_id: string;
}

export interface ListViewVersionsResponse {
  readonly versions: readonly (ViewVersion)[];
}

export interface ListWebhooks {
  readonly max_results?: number;
  readonly page_token?: string;
  readonly with_headwater?: boolean;
}

export interface ListWebhooksResponse {
  readonly webhooks?: readonly (Webhook)[];
  readonly next_page_token?: string;
}

export interface LogBatch {
  readonly run_id?: string;
  readonly metrics?: readonly (Metric)[];
  readonly params?: readonly (Param)[];
  readonly tags?: readonly (RunTag)[];
}

export interface LoggedModel {
  readonly info: LoggedModelInfo;
  readonly data: LoggedModelData;
}

export interface LoggedModelData {
  readonly params?: readonly (LoggedModelParam)[];
  readonly metrics?: readonly (Metric)[];
}

export interface LoggedModelInfo {
  readonly model_id: string;
  readonly experiment_id: string;
  readonly name: string;
  readonly creation_timestamp_ms: number;
  readonly last_updated_timestamp_ms: number;
  readonly artifact_uri: string;
  readonly status: LoggedModelStatus;
  readonly model_type?: string;
  readonly source_run_id?: string;
  readonly tags?: readonly (LoggedModelTag)[];
  readonly registrations?: readonly (Registration)[];
}

export interface LoggedModelParam {
  readonly key: string;
  readonly value?: string;
}

export interface LoggedModelResponse {
  readonly model: LoggedModel;
}

export type LoggedModelStatus = "LOGGED_MODEL_PENDING" | "LOGGED_MODEL_READY" | "LOGGED_MODEL_UPLOAD_FAILED";

export interface LoggedModelTag {
  readonly key: string;
  readonly value?: string;
}

export interface LogInputs {
  readonly run_id: string;
  readonly datasets?: readonly (DatasetInput)[];
  readonly models?: readonly (ModelInput)[];
}

export interface LogLine {
  readonly position: number;
  readonly time: string;
  readonly stream: string;
  readonly text: string;
}

export interface LogLoggedModelParams {
  readonly model_id: string;
  readonly params?: readonly (LoggedModelParam)[];
}

export interface LogMetric {
  readonly run_id?: string;
  readonly run_uuid?: string;
  readonly key: string;
  readonly value: number | "NaN" | "Infinity" | "-Infinity";
  readonly timestamp: number;
  readonly step?: number;
  readonly model_id?: string;
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
}

export interface LogOutputs {
  readonly run_id: string;
  readonly models: readonly (ModelOutput)[];
}

export interface LogParam {
  readonly run_id?: string;
  readonly run_uuid?: string;
  readonly key: string;
  readonly value?: string;
}

export interface LogSize {
  readonly run_id: string;
  readonly size: number;
}

export interface Me {
  readonly authentication: boolean;
  readonly user?: User | null;
  readonly grants?: readonly (Grant)[];
  readonly default?: Level;
  readonly setup_needed?: boolean;
  readonly providers?: readonly (Provider)[];
}

export interface MeasureImportance {
  readonly run_ids: readonly (string)[];
  readonly metric: string;
  readonly params?: readonly (string)[];
}

export interface MeasureImportanceResponse {
  readonly params: readonly (ParamImportance)[];
  readonly runs: number;
  readonly score: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly reason: string;
}

export interface MeasureLogs {
  readonly run_ids: readonly (string)[];
}

export interface MeasureLogsResponse {
  readonly logs?: readonly (LogSize)[];
}

export interface Metric {
  readonly key: string;
  readonly value: number | "NaN" | "Infinity" | "-Infinity";
  readonly timestamp: number;
  readonly step?: number;
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
  readonly model_id?: string;
  readonly run_id?: string;
}

export interface MetricDifference {
  readonly key: string;
  readonly old?: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly new?: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly change?: number | "NaN" | "Infinity" | "-Infinity" | null;
}

export interface MetricWithRunId {
  readonly key: string;
  readonly run_id: string;
  readonly step: number;
  readonly timestamp: number;
  readonly value: number | "NaN" | "Infinity" | "-Infinity";
}

export interface ModelInput {
  readonly model_id: string;
}

export interface ModelOrder {
  readonly field_name?: string;
  readonly ascending?: boolean;
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
}

export interface ModelOutput {
  readonly model_id: string;
  readonly step?: number;
}

export interface ModelPermissionResponse {
  readonly registered_model_permission: RegisteredModelPermission;
}

export interface ModelVersion {
  readonly name: string;
  readonly version: string;
  readonly creation_timestamp: number;
  readonly last_updated_timestamp: number;
  readonly current_stage: string;
  readonly description?: string | null;
  readonly source: string;
  readonly run_id: string;
  readonly status: ModelVersionStatus;
  readonly status_message?: string;
  readonly tags?: readonly (ModelVersionTag)[];
  readonly run_link: string;
  readonly aliases?: readonly (string)[];
  readonly model_id?: string;
}

export interface ModelVersionResponse {
  readonly model_version: ModelVersion;
}

export type ModelVersionStatus = "FAILED_REGISTRATION" | "PENDING_REGISTRATION" | "READY";

export interface ModelVersionTag {
  readonly key: string;
  readonly value?: string;
}

export interface MoveRuns {
  readonly run_ids: readonly (string)[];
  readonly experiment_id: string;
  readonly children?: boolean;
  readonly user_id?: string;
}

export interface MoveRunsResponse {
  readonly run_ids: readonly (string)[];
}

export interface NameExperimentPermission {
  readonly experiment_id: string;
  readonly username: string;
}

export interface NameModelPermission {
  readonly name: string;
  readonly username: string;
}

export interface NamePermission {
  readonly username: string;
  readonly resource_type: string;
  readonly resource_id: string;
}

export interface NameRole {
  readonly role_id: number;
}

export type NodeKind = "alias" | "code" | "dataset" | "deployment" | "environment" | "logged_model" | "run" | "stage" | "version";

export interface NumberedRole {
  readonly id: number;
  readonly name: string;
  readonly workspace?: string;
  readonly description?: string | null;
  readonly permissions?: readonly (RolePermission)[];
}

export interface NumberedRoleResponse {
  readonly role: NumberedRole;
}

export interface NumberedRolesResponse {
  readonly roles: readonly (NumberedRole)[];
}

export interface OpenSession {
  readonly username: string;
  readonly password: string;
}

export interface Origin {
  readonly name: string;
  readonly version: string;
  readonly registry?: string;
}

export interface Param {
  readonly key: string;
  readonly value?: string;
}

export interface ParamImportance {
  readonly name: string;
  readonly runs: number;
  readonly is_number: boolean;
  readonly correlation: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly importance: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly deviation: number | "NaN" | "Infinity" | "-Infinity" | null;
}

export interface PendingVersion {
  readonly name: string;
  readonly version: string;
  readonly target: string;
  readonly time: number;
  readonly user_id: string;
  readonly missing: readonly (string)[];
  readonly request_id?: number;
  readonly reason?: string;
  readonly comments?: number;
}

export type Permission = "ADMIN" | "EDIT" | "MANAGE" | "READ" | "SELF";

export interface PermissionResponse {
  readonly allowed: boolean;
  readonly permission: string;
}

export interface PointColumns {
  readonly key: string;
  readonly steps: string;
  readonly timestamps: string;
  readonly values: string;
}

export interface Policy {
  readonly stages?: readonly (string)[];
  readonly roles?: Readonly<Record<string, readonly (string)[]>>;
  readonly gates?: readonly (Gate)[];
}

export interface PolicyResponse {
  readonly policy: Policy;
  readonly is_own: boolean;
}

export interface PresignDownload {
  readonly run_id?: string;
  readonly path?: string;
  readonly expiration?: number;
}

export interface PresignDownloadResponse {
  readonly presigned_url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly file_size: number;
}

export interface PresignUpload {
  readonly run_id?: string;
  readonly path?: string;
  readonly expiration?: number;
  readonly model_id?: string;
}

export interface PresignUploadResponse {
  readonly presigned_url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PreviewArray {
  readonly run_id: string;
  readonly path: string;
  readonly index?: string;
  readonly member?: string;
}

export interface PreviewArrayResponse {
  readonly shape: readonly (number)[];
  readonly dtype: string;
  readonly index: readonly (number)[];
  readonly means: readonly (readonly (number | "NaN" | "Infinity" | "-Infinity" | null)[])[];
  readonly low: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly high: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly mean: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly others: number;
  readonly is_sampled: boolean;
  readonly members?: readonly (string)[];
}

export interface PreviewTable {
  readonly run_id: string;
  readonly path: string;
  readonly offset?: number;
  readonly limit?: number;
  readonly contains?: string;
  readonly sort?: string;
  readonly descending?: boolean;
  readonly column_offset?: number;
  readonly column_limit?: number;
  readonly columns_containing?: string;
  readonly member?: string;
}

export interface PreviewTableResponse {
  readonly columns: readonly (string)[];
  readonly rows: readonly (readonly (string)[])[];
  readonly more: boolean;
  readonly types?: readonly (string)[];
  readonly total?: number | null;
  readonly about?: string;
  readonly column_total?: number | null;
}

export interface Progress {
  readonly run: HomeRun;
  readonly metric: string;
  readonly values: readonly (number | "NaN" | "Infinity" | "-Infinity")[];
  readonly host?: string;
}

export interface PromotionComment {
  readonly user_id: string;
  readonly time: number;
  readonly text: string;
}

export interface PromotionRequest {
  readonly request_id: number;
  readonly name: string;
  readonly version: string;
  readonly alias?: string;
  readonly stage?: string;
  readonly archive_existing_versions?: boolean;
  readonly status: PromotionStatus;
  readonly user_id?: string;
  readonly time: number;
  readonly reason?: string;
  readonly comments?: readonly (PromotionComment)[];
  readonly missing?: readonly (string)[];
  readonly decided_by?: string;
  readonly decision_time?: number;
  readonly decision_reason?: string;
}

export interface PromotionResponse {
  readonly request: PromotionRequest;
}

export type PromotionStatus = "APPROVED" | "OPEN" | "REJECTED" | "WITHDRAWN";

export interface Provenance {
  readonly files?: readonly (ArtifactFile)[];
  readonly run?: SourceRun | null;
  readonly origin?: Origin | null;
}

export interface ProvenanceResponse {
  readonly provenance: Provenance;
  readonly digest?: string;
}

export interface Provider {
  readonly name: string;
  readonly label: string;
}

export interface PurgeTrash {
  readonly older_than_ms?: number;
  readonly experiment_ids?: readonly (string)[];
  readonly run_ids?: readonly (string)[];
  readonly model_ids?: readonly (string)[];
  readonly limit?: number;
}

export interface PurgeTrashResponse {
  readonly run_ids: readonly (string)[];
  readonly model_ids: readonly (string)[];
  readonly experiment_ids: readonly (string)[];
  readonly remaining: number;
}

export interface PutExperiment {
  readonly name: string;
  readonly experiment_id?: string;
  readonly artifact_location?: string;
  readonly lifecycle_stage?: LifecycleStage;
  readonly creation_time?: number;
  readonly last_update_time?: number;
  readonly tags?: readonly (ExperimentTag)[];
}

export interface PutExperimentPermission {
  readonly experiment_id: string;
  readonly username: string;
  readonly permission: string;
}

export interface PutExperimentResponse {
  readonly experiment_id: string;
  readonly is_new: boolean;
}

export interface PutGrant {
  readonly grant: Grant;
}

export interface PutLoggedModel {
  readonly model: LoggedModel;
  readonly lifecycle_stage?: LifecycleStage;
}

export interface PutModel {
  readonly model: RegisteredModel;
  readonly versions?: readonly (PutVersion)[];
  readonly last_version?: number;
}

export interface PutModelPermission {
  readonly name: string;
  readonly username: string;
  readonly permission: string;
}

export interface PutRun {
  readonly run_id: string;
  readonly experiment_id: string;
  readonly run_name?: string;
  readonly user_id?: string;
  readonly status?: RunStatus;
  readonly start_time?: number;
  readonly end_time?: number | null;
  readonly artifact_uri?: string;
  readonly lifecycle_stage?: LifecycleStage;
  readonly deleted_time?: number | null;
  readonly params?: readonly (Param)[];
  readonly tags?: readonly (RunTag)[];
  readonly inputs?: RunInputs;
  readonly outputs?: RunOutputs;
  readonly series?: readonly (PointColumns)[];
}

export interface PutRuns {
  readonly runs: readonly (PutRun)[];
}

export interface PutRunsResponse {
  readonly created: number;
}

export interface PutVersion {
  readonly version: ModelVersion;
  readonly location?: string;
}

export interface PutVersionCopy {
  readonly name: string;
  readonly folder: string;
  readonly provenance: Provenance;
  readonly tags?: readonly (ModelVersionTag)[];
  readonly run_link?: string;
  readonly description?: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface QueryGroups {
  readonly experiment_ids: readonly (string)[];
  readonly by: readonly (string)[];
  readonly filter?: string;
  readonly view_type?: ViewType;
  readonly columns?: readonly (string)[];
  readonly best?: string;
  readonly least?: boolean;
  readonly limit?: number;
}

export interface QueryGroupsResponse {
  readonly total: number;
  readonly matched: number;
  readonly groups: readonly (RunGroup)[];
  readonly columns: readonly (GroupColumn)[];
}

export interface QueryRuns {
  readonly experiment_ids: readonly (string)[];
  readonly filter?: string;
  readonly view_type?: ViewType;
  readonly order_by?: readonly (string)[];
  readonly columns?: readonly (string)[];
  readonly offset?: number;
  readonly limit?: number;
  readonly ancestors?: boolean;
}

export interface QueryRunsResponse {
  readonly total: number;
  readonly matched: number;
  readonly running: number;
  readonly run_ids: readonly (string)[];
  readonly run_names: readonly (string)[];
  readonly parents: readonly (string)[];
  readonly columns: readonly (RunColumn)[];
  readonly ancestors?: number;
}

export interface QuerySeries {
  readonly run_ids: readonly (string)[];
  readonly keys: readonly (string)[];
  readonly x?: XAxis;
  readonly x_key?: string;
  readonly start?: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly end?: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly buckets?: number;
}

export interface QueryVersions {
  readonly name: string;
  readonly filter?: string;
  readonly metrics?: readonly (string)[] | null;
  readonly params?: readonly (string)[];
  readonly order_by?: string;
  readonly max_results?: number;
  readonly page_token?: string;
}

export interface QueryVersionsResponse {
  readonly rows: readonly (VersionRow)[];
  readonly total: number;
  readonly matched: number;
  readonly columns: readonly (string)[];
  readonly metrics: readonly (KeyCount)[];
  readonly params: readonly (KeyCount)[];
  readonly has_stages: boolean;
  readonly next_page_token?: string;
}

export interface RaiseAlert {
  readonly run_id: string;
  readonly title: string;
  readonly text?: string;
  readonly level?: AlertLevel;
  readonly time?: number;
}

export interface ReadHome {
  readonly among?: readonly (string)[] | null;
}

export interface ReadLog {
  readonly run_id: string;
  readonly name?: string;
  readonly position?: number;
  readonly limit_bytes?: number;
  readonly contains?: string;
  readonly stream?: string;
  readonly path?: string;
}

export interface ReadLogResponse {
  readonly name?: string;
  readonly names?: readonly (string)[];
  readonly lines?: readonly (LogLine)[];
  readonly next_position?: number;
  readonly size?: number;
  readonly is_live?: boolean;
}

export interface ReadPoints {
  readonly run_id: string;
  readonly key: string;
  readonly start?: number;
  readonly limit?: number;
}

export interface ReadPointsResponse {
  readonly points: PointColumns;
  readonly total: number;
}

export interface RecordModel {
  readonly run_id: string;
  readonly model_json: string;
}

export interface RegisteredModel {
  readonly name: string;
  readonly creation_timestamp: number;
  readonly last_updated_timestamp: number;
  readonly description?: string | null;
  readonly latest_versions?: readonly (ModelVersion)[];
  readonly tags?: readonly (RegisteredModelTag)[];
  readonly aliases?: readonly (RegisteredModelAlias)[];
}

export interface RegisteredModelAlias {
  readonly alias: string;
  readonly version: string;
}

export interface RegisteredModelPermission {
  readonly name: string;
  readonly user_id: number;
  readonly permission: string;
}

export interface RegisteredModelResponse {
  readonly registered_model: RegisteredModel;
}

export interface RegisteredModelTag {
  readonly key: string;
  readonly value?: string;
}

export interface Registration {
  readonly name: string;
  readonly version: string;
}

export type RegistryAction = "approve" | "approve_request" | "comment_request" | "create_model" | "create_version" | "delete_alias" | "delete_model" | "delete_model_tag" | "delete_version" | "delete_version_tag" | "deploy" | "move_stage" | "refuse" | "reject_request" | "rename_model" | "request_promotion" | "roll_back" | "set_alias" | "set_model_tag" | "set_policy" | "set_version_tag" | "undeploy" | "update_model" | "update_version" | "withdraw" | "withdraw_request";

export interface RegistryEvent {
  readonly event_id: number;
  readonly time: number;
  readonly action: RegistryAction;
  readonly name: string;
  readonly user_id?: string;
  readonly version?: string;
  readonly key?: string;
  readonly old?: string | null;
  readonly new?: string | null;
  readonly reason?: string;
  readonly cause_id?: number;
}

export interface Rejection {
  readonly what: string;
  readonly message: string;
}

export interface RejectPromotion {
  readonly name: string;
  readonly request_id: number;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface Relative {
  readonly run_id: string;
  readonly run_name: string;
  readonly status: RunStatus;
  readonly start_time: number;
  readonly end_time?: number | null;
  readonly parent_id?: string;
  readonly is_archived?: boolean;
}

export interface RemoveRolePermission {
  readonly role_permission_id: number;
}

export interface RenameMetric {
  readonly run_id: string;
  readonly user_id?: string;
  readonly key: string;
  readonly new_key: string;
}

export interface RenameParam {
  readonly run_id: string;
  readonly user_id?: string;
  readonly key: string;
  readonly new_key: string;
}

export interface RenameRegisteredModel {
  readonly name: string;
  readonly new_name: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface RequestPromotion {
  readonly name: string;
  readonly version: string;
  readonly alias?: string;
  readonly stage?: string;
  readonly archive_existing_versions?: boolean;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface RequiredTag {
  readonly key: string;
  readonly value?: string;
}

export interface Requirement {
  readonly met: boolean;
  readonly text: string;
}

export interface RestoreExperiment {
  readonly experiment_id: string;
}

export interface RestoreRun {
  readonly run_id: string;
}

export interface RetryDelivery {
  readonly delivery_id: string;
}

export interface RevokeToken {
  readonly token_id: string;
  readonly username?: string;
}

export interface RewindRun {
  readonly run_id: string;
  readonly user_id?: string;
  readonly step: number;
}

export interface Role {
  readonly name: string;
  readonly description?: string;
  readonly users?: readonly (string)[];
  readonly grants?: readonly (Grant)[];
}

export interface RoleAssignment {
  readonly id: number;
  readonly user_id: number;
  readonly role_id: number;
}

export interface RoleAssignmentResponse {
  readonly assignment: RoleAssignment;
}

export interface RoleAssignmentsResponse {
  readonly assignments: readonly (RoleAssignment)[];
}

export interface RolePermission {
  readonly id: number;
  readonly role_id: number;
  readonly resource_type: string;
  readonly resource_pattern: string;
  readonly permission: string;
}

export interface RolePermissionResponse {
  readonly role_permission: RolePermission;
}

export interface RolePermissionsResponse {
  readonly role_permissions: readonly (RolePermission)[];
}

export interface RoleResponse {
  readonly role: Role;
}

export interface RollBack {
  readonly name: string;
  readonly alias?: string;
  readonly stage?: string;
  readonly version?: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface RollBackResponse {
  readonly old: string;
  readonly new: string;
}

export interface Run {
  readonly info: RunInfo;
  readonly data: RunData;
  readonly inputs?: RunInputs;
  readonly outputs?: RunOutputs;
}

export interface RunColumn {
  readonly name: string;
  readonly numbers?: readonly (number | "NaN" | "Infinity" | "-Infinity" | null)[] | null;
  readonly values?: readonly (string)[] | null;
  readonly index?: readonly (number)[] | null;
}

export interface RunData {
  readonly metrics?: readonly (Metric)[];
  readonly params?: readonly (Param)[];
  readonly tags?: readonly (RunTag)[];
  readonly contexts?: readonly (Metric)[];
}

export interface RunGroup {
  readonly values: readonly (string | null)[];
  readonly runs: number;
  readonly running: number;
  readonly best: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly best_run_id: string;
  readonly best_run_name: string;
}

export interface RunInfo {
  readonly run_uuid: string;
  readonly experiment_id: string;
  readonly run_name: string;
  readonly user_id: string;
  readonly status: RunStatus;
  readonly start_time: number;
  readonly artifact_uri: string;
  readonly lifecycle_stage: LifecycleStage;
  readonly run_id: string;
  readonly end_time?: number | null;
}

export interface RunInputs {
  readonly dataset_inputs?: readonly (DatasetInput)[];
  readonly model_inputs?: readonly (ModelInput)[];
}

export interface RunOutputs {
  readonly model_outputs?: readonly (ModelOutput)[];
}

export interface RunResponse {
  readonly run: Run;
}

export interface RunsChanged {
  readonly run_ids: readonly (string)[];
}

export type RunStatus = "FAILED" | "FINISHED" | "KILLED" | "RUNNING" | "SCHEDULED";

export interface RunSummary {
  readonly run_id: string;
  readonly series: readonly (SeriesSummary)[];
}

export interface RunTag {
  readonly key: string;
  readonly value?: string;
}

export interface SearchDatasets {
  readonly experiment_ids?: readonly (string)[];
}

export interface SearchDatasetsResponse {
  readonly dataset_summaries?: readonly (DatasetSummary)[];
}

export interface SearchExperiments {
  readonly max_results?: number;
  readonly filter?: string;
  readonly order_by?: readonly (string)[];
  readonly view_type?: ViewType;
  readonly page_token?: string;
}

export interface SearchExperimentsResponse {
  readonly experiments?: readonly (Experiment)[];
  readonly next_page_token?: string;
}

export interface SearchLoggedModels {
  readonly experiment_ids?: readonly (string)[];
  readonly filter?: string;
  readonly datasets?: readonly (DatasetFilter)[];
  readonly order_by?: readonly (ModelOrder)[];
  readonly max_results?: number;
  readonly page_token?: string;
}

export interface SearchLoggedModelsResponse {
  readonly models?: readonly (LoggedModel)[];
  readonly next_page_token?: string;
}

export interface SearchModelVersions {
  readonly filter?: string;
  readonly max_results?: number;
  readonly order_by?: readonly (string)[];
  readonly page_token?: string;
}

export interface SearchModelVersionsResponse {
  readonly model_versions?: readonly (ModelVersion)[];
  readonly next_page_token?: string;
}

export interface SearchRegisteredModels {
  readonly filter?: string;
  readonly max_results?: number;
  readonly order_by?: readonly (string)[];
  readonly page_token?: string;
}

export interface SearchRegisteredModelsResponse {
  readonly registered_models?: readonly (RegisteredModel)[];
  readonly next_page_token?: string;
}

export interface SearchRuns {
  readonly experiment_ids?: readonly (string)[];
  readonly filter?: string;
  readonly run_view_type?: ViewType;
  readonly max_results?: number;
  readonly order_by?: readonly (string)[];
  readonly page_token?: string;
}

export interface SearchRunsResponse {
  readonly runs?: readonly (Run)[];
  readonly next_page_token?: string;
}

export interface Series {
  readonly series: readonly (SeriesHeader)[];
  readonly data: string;
}

export interface SeriesHeader {
  readonly run_id: string;
  readonly key: string;
  readonly count: number;
  readonly points: number;
  readonly raw: boolean;
}

export interface SeriesSummary {
  readonly key: string;
  readonly count: number;
  readonly digest: string;
}

export interface SetActive {
  readonly username: string;
  readonly is_active: boolean;
}

export interface SetExperimentTag {
  readonly experiment_id: string;
  readonly key: string;
  readonly value?: string;
}

export interface SetLoggedModelTags {
  readonly model_id: string;
  readonly tags?: readonly (LoggedModelTag)[];
}

export interface SetModelVersionTag {
  readonly name: string;
  readonly version: string;
  readonly key: string;
  readonly value?: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface SetParam {
  readonly run_id: string;
  readonly user_id?: string;
  readonly key: string;
  readonly value: string;
}

export interface SetPolicy {
  readonly name?: string;
  readonly policy?: Policy | null;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface SetRegisteredModelAlias {
  readonly name: string;
  readonly alias: string;
  readonly version: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface SetRegisteredModelTag {
  readonly name: string;
  readonly key: string;
  readonly value?: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface SetTag {
  readonly run_id?: string;
  readonly run_uuid?: string;
  readonly key: string;
  readonly value?: string;
}

export interface SetUp {
  readonly code: string;
  readonly username: string;
  readonly password: string;
}

export interface SignatureChange {
  readonly part: string;
  readonly name: string;
  readonly text: string;
  readonly breaking: boolean;
  readonly old?: string;
  readonly new?: string;
}

export interface SignatureDiff {
  readonly verdict: Verdict;
  readonly changes?: readonly (SignatureChange)[];
}

export interface SignDownload {
  readonly digest: string;
}

export interface SignedPart {
  readonly part_number: number;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SignedUrl {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SourceRun {
  readonly run_id: string;
  readonly run_name?: string;
  readonly experiment_id?: string;
  readonly experiment_name?: string;
  readonly user_id?: string;
  readonly status?: string;
  readonly start_time?: number;
  readonly end_time?: number | null;
  readonly params?: readonly (Param)[];
  readonly metrics?: readonly (Metric)[];
  readonly tags?: readonly (RunTag)[];
  readonly datasets?: readonly (DatasetInput)[];
  readonly models?: readonly (string)[];
}

export interface StartUpload {
  readonly digest: string;
  readonly size: number;
}

export interface StartUploadResponse {
  readonly received?: number;
  readonly upload_id?: string;
  readonly part_bytes?: number;
  readonly parts?: readonly (SignedPart)[];
}

export interface SummarizeRuns {
  readonly run_ids: readonly (string)[];
}

export interface SummarizeRunsResponse {
  readonly runs: readonly (RunSummary)[];
}

export interface SummarizeTable {
  readonly run_id: string;
  readonly path: string;
  readonly contains?: string;
  readonly column_offset?: number;
  readonly column_limit?: number;
  readonly columns_containing?: string;
  readonly member?: string;
}

export interface SummarizeTableResponse {
  readonly columns: readonly (ColumnSummary)[];
  readonly rows: number;
  readonly is_sampled: boolean;
}

export interface Sweep {
  readonly silence_ms?: number;
}

export interface TagChange {
  readonly run_ids: readonly (string)[];
  readonly key: string;
  readonly value?: string | null;
}

export interface TagRuns {
  readonly changes: readonly (TagChange)[];
}

export interface TagRunsResponse {
  readonly undo: readonly (TagChange)[];
}

export interface TestWebhook {
  readonly webhook_id: string;
  readonly event?: WebhookEvent | null;
}

export interface TestWebhookResponse {
  readonly result: WebhookTestResult;
}

export interface Threshold {
  readonly metric: string;
  readonly at_least?: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly at_most?: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly beats?: Better | null;
  readonly margin?: number | "NaN" | "Infinity" | "-Infinity";
}

export interface Token {
  readonly token_id: string;
  readonly username: string;
  readonly name: string;
  readonly prefix: string;
  readonly creation_time: number;
  readonly expires?: number;
  readonly last_used?: number;
  readonly scope?: TokenScope;
}

export interface TokenScope {
  readonly level?: Permission;
  readonly experiments?: readonly (string)[] | null;
  readonly registered_models?: readonly (string)[] | null;
}

export interface TransitionModelVersionStage {
  readonly name: string;
  readonly version: string;
  readonly stage: string;
  readonly archive_existing_versions?: boolean;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface TreeResponse {
  readonly files: readonly (ArtifactFile)[];
}

export interface UnarchiveRuns {
  readonly run_ids: readonly (string)[];
}

export interface Undeploy {
  readonly name: string;
  readonly target: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface UpdateAdmin {
  readonly username: string;
  readonly is_admin: boolean;
}

export interface UpdateExperiment {
  readonly experiment_id: string;
  readonly new_name: string;
}

export interface UpdateModelVersion {
  readonly name: string;
  readonly version: string;
  readonly description?: string | null;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface UpdateNumberedRole {
  readonly role_id: number;
  readonly name?: string | null;
  readonly description?: string | null;
}

export interface UpdatePassword {
  readonly username: string;
  readonly password: string;
  readonly current_password?: string;
}

export interface UpdateRegisteredModel {
  readonly name: string;
  readonly description?: string | null;
  readonly user_id?: string;
  readonly reason?: string;
}

export interface UpdateRolePermission {
  readonly role_permission_id: number;
  readonly permission: string;
}

export interface UpdateRun {
  readonly run_id?: string;
  readonly run_uuid?: string;
  readonly status?: RunStatus | null;
  readonly end_time?: number | null;
  readonly run_name?: string;
}

export interface UpdateRunResponse {
  readonly run_info: RunInfo;
}

export interface UpdateView {
  readonly view_id: string;
  readonly version: number;
  readonly name?: string;
  readonly state?: Readonly<Record<string, unknown>> | null;
  readonly user_id?: string;
}

export interface UpdateWebhook {
  readonly webhook_id: string;
  readonly name?: string;
  readonly description?: string | null;
  readonly url?: string;
  readonly events?: readonly (WebhookEvent)[];
  readonly secret?: string | null;
  readonly status?: WebhookStatus | null;
}

export interface UploadedPart {
  readonly part_number: number;
  readonly etag: string;
  readonly url?: string;
}

export interface User {
  readonly username: string;
  readonly id?: number;
  readonly is_admin?: boolean;
  readonly is_active?: boolean;
  readonly source?: string;
  readonly has_password?: boolean;
  readonly creation_time?: number;
  readonly last_seen?: number;
  readonly roles?: readonly (string)[];
  readonly experiment_permissions?: readonly (ExperimentPermission)[];
  readonly registered_model_permissions?: readonly (RegisteredModelPermission)[];
}

export interface UserResponse {
  readonly user: User;
}

export interface ValueCount {
  readonly value: string;
  readonly runs: number;
}

export type Verdict = "breaking" | "compatible" | "identical" | "unknown";

export interface VersionComparison {
  readonly old: string;
  readonly new: string;
  readonly signature: SignatureDiff;
  readonly params?: readonly (Difference)[];
  readonly metrics?: readonly (MetricDifference)[];
  readonly tags?: readonly (Difference)[];
  readonly requirements?: readonly (Difference)[];
  readonly datasets?: readonly (Difference)[];
  readonly code?: readonly (Difference)[];
  readonly files?: readonly (Difference)[];
  readonly lineage?: readonly (Difference)[];
  readonly equal?: Readonly<Record<string, number>>;
  readonly unread?: readonly (string)[];
  readonly old_version: ModelVersion;
  readonly new_version: ModelVersion;
}

export interface VersionRow {
  readonly version: ModelVersion;
  readonly run_name?: string;
  readonly user_id?: string;
  readonly files?: number;
  readonly size?: number;
  readonly signature?: string;
  readonly requirements?: number | null;
  readonly metrics?: Readonly<Record<string, number | "NaN" | "Infinity" | "-Infinity">>;
  readonly params?: Readonly<Record<string, string>>;
  readonly requested?: readonly (string)[];
}

export interface View {
  readonly view_id: string;
  readonly experiment_id: string;
  readonly name: string;
  readonly owner: string;
  readonly creation_time: number;
  readonly last_update_time: number;
  readonly version: number;
  readonly user_id: string;
  readonly state: Readonly<Record<string, unknown>>;
  readonly kind?: string;
}

export interface ViewInfo {
  readonly view_id: string;
  readonly experiment_id: string;
  readonly name: string;
  readonly owner: string;
  readonly creation_time: number;
  readonly last_update_time: number;
  readonly version: number;
  readonly kind?: string;
}

export interface ViewResponse {
  readonly view: View;
}

export type ViewType = "ACTIVE_ONLY" | "ALL" | "DELETED_ONLY";

export interface ViewVersion {
  readonly version: number;
  readonly user_id: string;
  readonly time: number;
}

export interface Webhook {
  readonly webhook_id: string;
  readonly name: string;
  readonly description?: string;
  readonly url: string;
  readonly events: readonly (WebhookEvent)[];
  readonly status: WebhookStatus;
  readonly creation_timestamp: number;
  readonly last_updated_timestamp: number;
  readonly headwater_events: readonly (WebhookEvent)[];
}

export type WebhookAction = "APPROVED" | "COMMENTED" | "CREATED" | "DELETED" | "EXCEEDED" | "FAILED" | "FINISHED" | "KILLED" | "RAISED" | "REJECTED" | "SET" | "UPDATED" | "WITHDRAWN";

export type WebhookEntity = "ALERT" | "BUDGET_POLICY" | "MODEL_VERSION" | "MODEL_VERSION_ALIAS" | "MODEL_VERSION_TAG" | "PROMOTION_REQUEST" | "PROMPT" | "PROMPT_ALIAS" | "PROMPT_TAG" | "PROMPT_VERSION" | "PROMPT_VERSION_TAG" | "REGISTERED_MODEL" | "RUN";

export interface WebhookEvent {
  readonly entity: WebhookEntity;
  readonly action: WebhookAction;
}

export interface WebhookResponse {
  readonly webhook: Webhook;
}

export type WebhookStatus = "ACTIVE" | "DISABLED";

export interface WebhookTestResult {
  readonly success: boolean;
  readonly response_status?: number | null;
  readonly response_body?: string | null;
  readonly error_message?: string | null;
}

export interface WithdrawPromotion {
  readonly name: string;
  readonly request_id: number;
  readonly user_id?: string;
  readonly reason?: string;
}

export type XAxis = "step" | "time";
