{{- define "shotloom.fullname" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* Never a version in here: selectors cannot be changed. Takes (dict "root" $ "component" name). */}}
{{- define "shotloom.selector" -}}
app.kubernetes.io/name: shotloom
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "shotloom.labels" -}}
{{ include "shotloom.selector" . }}
app.kubernetes.io/part-of: shotloom
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* All pods of this release. */}}
{{- define "shotloom.all" -}}
app.kubernetes.io/name: shotloom
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Takes (dict "root" $ "service" "gateway"). */}}
{{- define "shotloom.image" -}}
{{- $image := .root.Values.image -}}
{{- $name := printf "%s/%s" $image.prefix .service -}}
{{- if $image.registry }}{{ $name = printf "%s/%s" $image.registry $name }}{{ end -}}
{{- $digest := get $image.digests .service -}}
{{- if $digest }}{{ $name }}@{{ $digest }}{{ else }}{{ $name }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end -}}
{{- end }}

{{/* An image of others, through the same registry. Takes (dict "root" $ "image" "nats:1"). */}}
{{- define "shotloom.foreignImage" -}}
{{- with .root.Values.image.registry }}{{ . }}/{{ end }}{{ .image -}}
{{- end }}

{{- define "shotloom.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Restricted, as the Pod Security Standards say. Takes a user id. */}}
{{- define "shotloom.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ . }}
  runAsGroup: {{ . }}
  fsGroup: {{ . }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "shotloom.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{- define "shotloom.publicUrl" -}}
{{- if .Values.publicUrl }}{{ .Values.publicUrl }}
{{- else if .Values.ingress.enabled }}{{ ternary "https" "http" (ne .Values.ingress.tlsSecret "") }}://{{ .Values.ingress.host }}
{{- else if and .Values.gatewayApi.enabled .Values.gatewayApi.hostnames }}https://{{ first .Values.gatewayApi.hostnames }}
{{- else }}http://localhost:8080
{{- end -}}
{{- end }}

{{/* The port of a URL, written or implied. */}}
{{- define "shotloom.urlPort" -}}
{{- $url := urlParse . -}}
{{- $port := regexFind "[0-9]+$" (regexReplaceAll "^[^:]*|\\[.*\\]" $url.host "") -}}
{{- $port | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end }}

{{- define "shotloom.keysSecret" -}}{{ .Values.keys.existingSecret | default (printf "%s-keys" (include "shotloom.fullname" .)) }}{{- end }}
{{- define "shotloom.adminSecret" -}}{{ .Values.postgres.adminSecret.existing | default (printf "%s-postgres-admin" (include "shotloom.fullname" .)) }}{{- end }}
{{- define "shotloom.rolesSecret" -}}{{ .Values.postgres.roles.existingSecret | default (printf "%s-postgres-roles" (include "shotloom.fullname" .)) }}{{- end }}
{{- define "shotloom.natsSecret" -}}{{ .Values.nats.users.existingSecret | default (printf "%s-nats-users" (include "shotloom.fullname" .)) }}{{- end }}
{{- define "shotloom.objectsSecret" -}}{{ .Values.objectStore.existingSecret | default (printf "%s-objects" (include "shotloom.fullname" .)) }}{{- end }}
{{- define "shotloom.objectsClaim" -}}{{ .Values.objectStore.files.existingClaim | default (printf "%s-objects" (include "shotloom.fullname" .)) }}{{- end }}

{{- define "shotloom.natsUrl" -}}
{{- if eq .Values.nats.mode "bundled" }}nats://{{ include "shotloom.fullname" . }}-nats:4222{{ else }}{{ .Values.nats.external.url }}{{ end -}}
{{- end }}

{{- define "shotloom.s3Endpoint" -}}
{{- if eq .Values.objectStore.mode "bundled" }}http://{{ include "shotloom.fullname" . }}-s3:8333{{ else }}{{ .Values.objectStore.external.endpoint }}{{ end -}}
{{- end }}

{{/* A Postgres URL whose password Kubernetes puts in. Takes (dict "root" $ "role" name). */}}
{{- define "shotloom.databaseUrl" -}}
{{- $postgres := .root.Values.postgres -}}
{{- $bundled := eq $postgres.mode "bundled" -}}
{{- $host := ternary (printf "%s-postgres" (include "shotloom.fullname" .root)) $postgres.external.host $bundled -}}
{{- $port := ternary 5432 (int $postgres.external.port) $bundled -}}
{{- $sslMode := ternary "disable" $postgres.external.sslMode $bundled -}}
postgres://{{ .role }}:$(DATABASE_PASSWORD)@{{ $host }}:{{ $port }}/{{ $postgres.database }}?sslmode={{ $sslMode }}
{{- end }}
