{{/*
What the code of each service is, and no values can change; tests compare it with the services themselves.
  port      where people or browsers are served
  needs     database (a role and a schema), bus, objects
  keys      which of the generated keys it reads
  internet  whether it may call the internet: vendors (their ports), any (all ports), or not at all
  lag       the durable whose lag says how much work there is
*/}}
{{- define "shotloom.facts" -}}
gateway:
  needs: [database, bus, objects]
  port: 3000
  keys: [CALLBACK_SECRET, CREDENTIALS_KEY, AUTH_SIGNING_KEY]
  internet: switched
job-orchestrator:
  needs: [database, bus]
  keys: [CALLBACK_SECRET]
storage:
  needs: [database, bus, objects]
  port: 3002
  internet: any
  lag: { stream: MEDIA, durables: [storage-ingest] }
notifier:
  needs: [bus]
  port: 3003
webhooks:
  needs: [database, bus]
  keys: [CREDENTIALS_KEY]
  internet: any
  lag: { stream: JOBS, durables: [webhooks-events] }
{{- end }}

{{/* Providers that render in our own workers, under a lease. */}}
{{- define "shotloom.engines" -}}[animatic, turbodiffusion, comfyui]{{- end }}

{{/* The names of all providers that are on, as a list. */}}
{{- define "shotloom.providers" -}}
{{- $names := list -}}
{{- range $name, $provider := .Values.providers }}{{ if $provider.enabled }}{{ $names = append $names $name }}{{ end }}{{ end -}}
{{- range .Values.gpuPools }}{{ $names = append $names .provider }}{{ end -}}
{{- $names | uniq | sortAlpha | toJson -}}
{{- end }}

{{/* Defaults, with what is given on top, key by key and one level down; what is given as false or 0 counts. */}}
{{- define "shotloom.over" -}}
{{- $result := deepCopy .defaults -}}
{{- range $key, $value := .given -}}
{{- if and (kindIs "map" $value) (kindIs "map" (get $result $key)) -}}
{{- $inner := get $result $key -}}
{{- range $k, $v := $value }}{{ $_ := set $inner $k $v }}{{ end -}}
{{- else }}{{ $_ := set $result $key $value }}{{ end -}}
{{- end -}}
{{- $result | toJson -}}
{{- end }}

{{/* Every workload of this release by name: facts and values together. All templates go over this one table. */}}
{{- define "shotloom.workloads" -}}
{{- $all := dict -}}
{{- range $name, $fact := include "shotloom.facts" . | fromYaml -}}
{{- $spec := include "shotloom.over" (dict "defaults" $fact "given" (get $.Values.services $name)) | fromJson -}}
{{- $_ := set $all $name (set $spec "service" $name) -}}
{{- end -}}
{{- $engines := include "shotloom.engines" . | fromYamlArray -}}
{{- range $provider, $given := .Values.providers -}}
{{- if $given.enabled -}}
{{- $_ := set $all (printf "provider-%s" $provider) (include "shotloom.worker" (dict "root" $ "provider" $provider "given" $given) | fromJson) -}}
{{- end -}}
{{- end -}}
{{- range .Values.gpuPools -}}
{{- $spec := include "shotloom.worker" (dict "root" $ "provider" .provider "given" .) | fromJson -}}
{{- $_ := set $all (printf "provider-%s-%s" .provider .name) (set $spec "gpu" .) -}}
{{- end -}}
{{- $all | toJson -}}
{{- end }}

{{- define "shotloom.worker" -}}
{{- $spec := include "shotloom.over" (dict "defaults" .root.Values.workers "given" .given) | fromJson -}}
{{- $engine := has .provider (include "shotloom.engines" .root | fromYamlArray) -}}
{{- $_ := set $spec "service" (printf "provider-%s" .provider) -}}
{{- $_ := set $spec "provider" .provider -}}
{{- $_ := set $spec "engine" $engine -}}
{{- $_ := set $spec "needs" (list "bus" "objects") -}}
{{- if not $engine -}}
{{- $_ := set $spec "internet" "vendors" -}}
{{- $submits := dict "stream" "WORK" "durables" (list (printf "%s-submit" .provider) (printf "%s-cancel" .provider)) -}}
{{- $_ := set $spec "lag" $submits -}}
{{- $_ := set $spec "polls" (printf "%s-polls" .provider) -}}
{{- end -}}
{{- $spec | toJson -}}
{{- end }}

{{/* The Postgres role of a service. */}}
{{- define "shotloom.role" -}}shotloom_{{ . | replace "-" "_" }}{{- end }}
