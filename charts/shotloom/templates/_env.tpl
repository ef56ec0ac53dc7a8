{{/* The environment of one workload. Takes (dict "root" $ "name" name "spec" spec). Secrets only by reference, key by key. */}}
{{- define "shotloom.env" -}}
{{- $root := .root -}}
{{- $spec := .spec -}}
{{- $values := .root.Values -}}
- { name: NODE_ENV, value: production }
- { name: TZ, value: UTC }
# glibc keeps a heap for each thread otherwise.
- { name: MALLOC_ARENA_MAX, value: '2' }
- { name: HOST, value: {{ $values.listenHost | quote }} }
- { name: INTERNAL_PORT, value: '9090' }
- { name: LOG_LEVEL, value: {{ $values.logLevel }} }
- { name: SHUTDOWN_SECONDS, value: {{ $spec.shutdownSeconds | quote }} }
- { name: PUBLIC_URL, value: {{ include "shotloom.publicUrl" $root | quote }} }
- { name: PROVIDERS_ENABLED, value: {{ include "shotloom.providers" $root | fromJsonArray | join "," | quote }} }
{{- with $values.tracingEndpoint }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }} }
{{- end }}
{{- if $spec.port }}
- { name: PORT, value: {{ $spec.port | quote }} }
{{- end }}
{{- if $values.trustedCa.existingSecret }}
- { name: NODE_EXTRA_CA_CERTS, value: /etc/shotloom/ca/ca.crt }
{{- end }}
{{ include "shotloom.natsEnv" (dict "root" $root "user" $spec.service) }}
{{- if has "database" $spec.needs }}
{{ include "shotloom.databaseEnv" (dict "root" $root "role" (include "shotloom.role" $spec.service)) }}
- { name: DATABASE_POOL, value: {{ $spec.databasePool | quote }} }
{{- if and (eq $values.postgres.mode "external") (not $values.postgres.external.prepare) }}
- { name: DATABASE_PREPARE, value: 'false' }
{{- end }}
{{- end }}
{{- if has "objects" $spec.needs }}
{{ include "shotloom.objectsEnv" . }}
{{- end }}
{{- range $spec.keys }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ include "shotloom.keysSecret" $root }}, key: {{ . }} } }
{{- end }}
{{- if eq $spec.service "gateway" }}
{{ include "shotloom.gatewayEnv" $root }}
{{- end }}
{{- if and $spec.provider $spec.baseUrl }}
- { name: {{ printf "%s_BASE_URL" ($spec.provider | upper | replace "-" "_") }}, value: {{ $spec.baseUrl | quote }} }
{{- end }}
{{- range $name, $value := $spec.env }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- range $spec.secretEnv }}
- name: {{ .name }}
  valueFrom: { secretKeyRef: { name: {{ .secret }}, key: {{ .key }} } }
{{- end }}
{{- end }}

{{/* Takes (dict "root" $ "user" name). */}}
{{- define "shotloom.natsEnv" -}}
- { name: NATS_URL, value: {{ include "shotloom.natsUrl" .root | quote }} }
- { name: NATS_USER, value: {{ .user }} }
- name: NATS_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ include "shotloom.natsSecret" .root }}, key: {{ .user }} } }
{{- end }}

{{/* The password comes first: Kubernetes puts it into the URL. Takes (dict "root" $ "role" name). */}}
{{- define "shotloom.databaseEnv" -}}
- name: DATABASE_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ include "shotloom.rolesSecret" .root }}, key: {{ .role }} } }
- { name: DATABASE_URL, value: {{ include "shotloom.databaseUrl" . | quote }} }
{{- end }}

{{- define "shotloom.objectsEnv" -}}
{{- $root := .root -}}
{{- $store := .root.Values.objectStore -}}
- { name: OBJECT_STORE_BUCKET, value: {{ $store.bucket | quote }} }
{{- if eq $store.mode "files" }}
- { name: OBJECT_STORE_KIND, value: file }
- { name: OBJECT_STORE_PATH, value: /var/lib/shotloom/objects }
- { name: OBJECT_STORE_PUBLIC_URL, value: {{ printf "%s/media" (include "shotloom.publicUrl" $root) | quote }} }
- name: OBJECT_STORE_SIGNING_SECRET
  valueFrom: { secretKeyRef: { name: {{ include "shotloom.keysSecret" $root }}, key: OBJECT_STORE_SIGNING_SECRET } }
{{- else }}
- { name: OBJECT_STORE_KIND, value: s3 }
- { name: S3_ENDPOINT, value: {{ include "shotloom.s3Endpoint" $root | quote }} }
- { name: S3_PUBLIC_ENDPOINT, value: {{ $store.publicEndpoint | quote }} }
{{- if and (eq $store.mode "external") $store.external.region }}
- { name: S3_REGION, value: {{ $store.external.region | quote }} }
{{- end }}
{{- range list "S3_ACCESS_KEY" "S3_SECRET_KEY" }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ include "shotloom.objectsSecret" $root }}, key: {{ . }} } }
{{- end }}
{{- end }}
{{- if and .spec.provider (not .spec.engine) $store.mediaPublicUrl }}
- { name: MEDIA_PUBLIC_URL, value: {{ $store.mediaPublicUrl | quote }} }
{{- end }}
{{- end }}

{{- define "shotloom.gatewayEnv" -}}
{{- $name := include "shotloom.fullname" . -}}
{{- $auth := .Values.auth -}}
# An ingress routes these paths past the gateway; without one (port-forward) it passes them on itself.
- { name: STORAGE_URL, value: {{ printf "http://%s-storage:3002" $name | quote }} }
- { name: NOTIFIER_URL, value: {{ printf "http://%s-notifier:3003" $name | quote }} }
- { name: CONSOLE_DIR, value: /app/services/console/dist }
- { name: AUTH_REGISTRATION, value: {{ $auth.registration }} }
- { name: RATE_LIMIT_REPLICAS, value: {{ .Values.services.gateway.replicas | quote }} }
{{- range $auth.oidc }}
{{- $prefix := printf "OIDC_%s" .name }}
{{- with .issuer }}
- { name: {{ $prefix }}_ISSUER, value: {{ . | quote }} }
{{- end }}
- { name: {{ $prefix }}_CLIENT_ID, value: {{ .clientId | quote }} }
- name: {{ $prefix }}_CLIENT_SECRET
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: clientSecret } }
{{- with .title }}
- { name: {{ $prefix }}_TITLE, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- with .Values.mail.existingSecret }}
- name: SMTP_URL
  valueFrom: { secretKeyRef: { name: {{ . }}, key: SMTP_URL } }
- { name: MAIL_FROM, value: {{ $.Values.mail.from | quote }} }
{{- end }}
{{- with .Values.billing.stripe.existingSecret }}
{{- $secret := . }}
{{- range list "STRIPE_SECRET_KEY" "STRIPE_WEBHOOK_SECRET" }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ . }} } }
{{- end }}
{{- end }}
{{- end }}
