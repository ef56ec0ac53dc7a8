{{/* What the schema cannot say. Every refusal names the values and says what to do. */}}
{{- define "shotloom.validate" -}}
{{- include "shotloom.validateStores" . -}}
{{- include "shotloom.validateDoors" . -}}
{{- include "shotloom.validatePools" . -}}
{{- include "shotloom.validateConnections" . -}}
{{- range $name, $spec := include "shotloom.workloads" . | fromJson -}}
{{- include "shotloom.validateScaling" (dict "root" $ "name" $name "spec" $spec) -}}
{{- include "shotloom.validateEnv" (dict "root" $ "name" $name "spec" $spec) -}}
{{- end -}}
{{- end }}

{{/* A variable twice is refused by the API, with words that name no value of ours. */}}
{{- define "shotloom.validateEnv" -}}
{{- $name := .name -}}
{{- $taken := dict -}}
{{- range include "shotloom.env" (dict "root" .root "name" .name "spec" (omit .spec "env" "secretEnv")) | fromYamlArray -}}
{{- $_ := set $taken .name true -}}
{{- end -}}
{{- range .spec.secretEnv -}}
{{- if hasKey $taken .name }}{{ fail (printf "%s.secretEnv sets %s, which the chart sets by a value of its own." $name .name) }}{{ end -}}
{{- $_ := set $taken .name true -}}
{{- end -}}
{{- range $key, $value := .spec.env -}}
{{- if hasKey $taken $key }}{{ fail (printf "%s.env sets %s, which the chart sets by a value of its own." $name $key) }}{{ end -}}
{{- if or (regexMatch "(PASSWORD|SECRET|TOKEN|_KEY|_KEYS|_KEYS_OLD)$" $key) (regexMatch "://[^/]*:[^/]*@" (toString $value)) -}}
{{- fail (printf "%s.env.%s looks like a secret: put it into a Secret and name that in secretEnv." $name $key) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "shotloom.validateStores" -}}
{{- $values := .Values -}}
{{- if and (eq $values.postgres.mode "bundled") $values.postgres.external.host -}}
{{- fail "postgres.mode is bundled and postgres.external.host is set: choose one." -}}
{{- end -}}
{{- if eq $values.postgres.mode "external" -}}
{{- if not $values.postgres.external.host }}{{ fail "postgres.mode is external: set postgres.external.host." }}{{ end -}}
{{- if and $values.postgres.roles.create (not $values.postgres.adminSecret.existing) -}}
{{- fail "An external Postgres needs postgres.adminSecret.existing to make the roles, or postgres.roles.create=false and postgres.roles.existingSecret." -}}
{{- end -}}
{{- end -}}
{{- if and (not $values.postgres.roles.create) (not $values.postgres.roles.existingSecret) -}}
{{- fail "postgres.roles.create is false, so nobody knows the passwords of your roles: set postgres.roles.existingSecret." -}}
{{- end -}}
{{- if and (eq $values.nats.mode "bundled") $values.nats.external.url -}}
{{- fail "nats.mode is bundled and nats.external.url is set: choose one." -}}
{{- end -}}
{{- if eq $values.nats.mode "external" -}}
{{- if not $values.nats.external.url }}{{ fail "nats.mode is external: set nats.external.url." }}{{ end -}}
{{- if not $values.nats.users.existingSecret }}{{ fail "An external NATS has its own users: set nats.users.existingSecret (README, \"Users of NATS\")." }}{{ end -}}
{{- end -}}
{{- if and $values.setup.afterRestore (not $values.setup.preUpgradeHook) -}}
{{- fail "setup.afterRestore is a step of the hook: set setup.preUpgradeHook too, or run `ops after-restore` by hand." -}}
{{- end -}}
{{- $store := $values.objectStore -}}
{{- if and (ne $store.mode "external") $store.external.endpoint -}}
{{- fail (printf "objectStore.mode is %s and objectStore.external.endpoint is set: choose one." $store.mode) -}}
{{- end -}}
{{- if eq $store.mode "external" -}}
{{- if not $store.external.endpoint }}{{ fail "objectStore.mode is external: set objectStore.external.endpoint." }}{{ end -}}
{{- if not $store.existingSecret }}{{ fail "objectStore.mode is external: set objectStore.existingSecret, with S3_ACCESS_KEY and S3_SECRET_KEY." }}{{ end -}}
{{- end -}}
{{- if and (ne $store.mode "files") (not $store.publicEndpoint) -}}
{{- fail "Links to films lead to S3, so objectStore.publicEndpoint must be where browsers reach it." -}}
{{- end -}}
{{- end }}

{{- define "shotloom.validateDoors" -}}
{{- if and .Values.ingress.enabled .Values.gatewayApi.enabled }}{{ fail "ingress.enabled and gatewayApi.enabled are two doors to the same house: choose one." }}{{ end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) }}{{ fail "ingress.enabled needs ingress.host." }}{{ end -}}
{{- if and .Values.gatewayApi.enabled (or (not .Values.gatewayApi.parentRefs) (not .Values.gatewayApi.hostnames)) }}{{ fail "gatewayApi.enabled needs gatewayApi.parentRefs and gatewayApi.hostnames." }}{{ end -}}
{{- if and .Values.mail.existingSecret (not .Values.mail.from) }}{{ fail "mail.existingSecret needs mail.from, the address that mails come from." }}{{ end -}}
{{- if and .Values.keda.enabled (eq .Values.nats.mode "bundled") .Values.networkPolicy.enabled (not .Values.networkPolicy.monitoringFrom) -}}
{{- fail "keda.enabled needs networkPolicy.monitoringFrom with the namespace of KEDA, or it cannot read NATS." -}}
{{- end -}}
{{- if not (include "shotloom.providers" . | fromJsonArray) }}{{ fail "No provider is on: set providers.<name>.enabled=true for one at least." }}{{ end -}}
{{- if and .Values.tests.enabled (not .Values.providers.animatic.enabled) }}{{ fail "tests.enabled renders with animatic: set providers.animatic.enabled=true." }}{{ end -}}
{{- end }}

{{- define "shotloom.validatePools" -}}
{{- $seen := dict -}}
{{- range .Values.gpuPools -}}
{{- if hasKey $seen .name }}{{ fail (printf "gpuPools has two pools named %s." .name) }}{{ end -}}
{{- $_ := set $seen .name true -}}
{{- if and (not .models.existingClaim) (not .models.storage) }}{{ fail (printf "gpuPools.%s.models needs existingClaim or storage." .name) }}{{ end -}}
{{- if and .models.existingClaim .models.storage }}{{ fail (printf "gpuPools.%s.models has existingClaim and storage: choose one." .name) }}{{ end -}}
{{- end -}}
{{- end }}

{{- define "shotloom.validateConnections" -}}
{{- $sum := 0 -}}
{{- range $name, $spec := include "shotloom.workloads" . | fromJson -}}
{{- if has "database" $spec.needs -}}
{{- $most := ternary $spec.replicas $spec.autoscaling.max (eq $spec.autoscaling.by "none") -}}
{{- /* A rollout has one more for a moment. */}}
{{- $sum = add $sum (mul (add (int $most) 1) (int $spec.databasePool)) -}}
{{- end -}}
{{- end -}}
{{- $limit := sub (int .Values.postgres.maxConnections) (int .Values.postgres.reservedConnections) -}}
{{- if gt (int $sum) (int $limit) -}}
{{- fail (printf "All replicas (one more of each during a rollout) may open %d connections to Postgres, but %d are to be had: lower replicas, autoscaling.max or databasePool, raise postgres.maxConnections, or put a PgBouncer between." $sum $limit) -}}
{{- end -}}
{{- end }}

{{- define "shotloom.validateScaling" -}}
{{- $scaling := .spec.autoscaling -}}
{{- $by := $scaling.by -}}
{{- if gt (int $scaling.min) (int $scaling.max) }}{{ fail (printf "%s.autoscaling.min is greater than max." .name) }}{{ end -}}
{{- if has $by (list "lag" "attempts") -}}
{{- if not .root.Values.keda.enabled }}{{ fail (printf "%s.autoscaling.by is %s, which KEDA does: set keda.enabled=true." .name $by) }}{{ end -}}
{{- if and (eq $by "lag") (not .spec.lag) -}}
{{- if .spec.engine }}{{ fail (printf "%s renders in our own worker, whose messages are acked long before its film is done: scale it by attempts, never by lag." .name) }}{{ end -}}
{{- fail (printf "%s has no queue: scale it by cpu." .name) -}}
{{- end -}}
{{- if and (eq $by "lag") (eq .root.Values.nats.mode "external") (not .root.Values.nats.external.monitoring) -}}
{{- fail (printf "%s.autoscaling.by is lag: set nats.external.monitoring, where KEDA reads it." .name) -}}
{{- end -}}
{{- if and (eq $by "attempts") (not .root.Values.keda.prometheus) -}}
{{- fail (printf "%s.autoscaling.by is attempts: set keda.prometheus, the Prometheus that scrapes job-orchestrator." .name) -}}
{{- end -}}
{{- if and (eq $by "attempts") (not .spec.engine) -}}
{{- fail (printf "%s waits at a vendor, where attempts under way cost a worker nothing: scale it by lag." .name) -}}
{{- end -}}
{{- if and (not .spec.provider) (lt (int $scaling.min) 1) -}}
{{- fail (printf "%s.autoscaling.min must be 1 or more: only workers may sleep." .name) -}}
{{- end -}}
{{- end -}}
{{- end }}
