{{/* The volumes of one workload. Takes (dict "root" $ "name" name "spec" spec), as all here. */}}
{{- define "shotloom.volumes" -}}
- name: tmp
  emptyDir: { sizeLimit: {{ .spec.tmp }} }
{{- if .root.Values.trustedCa.existingSecret }}
- name: ca
  secret: { secretName: {{ .root.Values.trustedCa.existingSecret }} }
{{- end }}
{{- if and (has "objects" .spec.needs) (eq .root.Values.objectStore.mode "files") }}
- name: objects
  persistentVolumeClaim: { claimName: {{ include "shotloom.objectsClaim" .root }} }
{{- end }}
{{- with .spec.gpu }}
- name: shm
  emptyDir: { medium: Memory, sizeLimit: {{ .sharedMemory }} }
- name: models
  persistentVolumeClaim: { claimName: {{ .models.existingClaim | default (printf "%s-%s-models" (include "shotloom.fullname" $.root) .name) }} }
{{- end }}
{{- end }}

{{- define "shotloom.volumeMounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if .root.Values.trustedCa.existingSecret }}
- { name: ca, mountPath: /etc/shotloom/ca, readOnly: true }
{{- end }}
{{- if and (has "objects" .spec.needs) (eq .root.Values.objectStore.mode "files") }}
- { name: objects, mountPath: /var/lib/shotloom/objects }
{{- end }}
{{- if .spec.gpu }}
- { name: shm, mountPath: /dev/shm }
- { name: models, mountPath: /models, readOnly: true }
{{- end }}
{{- end }}

{{/* Ends when schema and streams are what this release needs. */}}
{{- define "shotloom.waiters" -}}
{{- $ca := .root.Values.trustedCa.existingSecret -}}
{{- if has "database" .spec.needs }}
- name: wait-for-schema
  image: {{ include "shotloom.image" (dict "root" .root "service" .spec.service) }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: [services/{{ .spec.service }}/dist/migrate.js, --wait]
  {{- include "shotloom.containerSecurity" .root | nindent 2 }}
  env:
    {{- include "shotloom.databaseEnv" (dict "root" .root "role" (include "shotloom.role" .spec.service)) | nindent 4 }}
    - { name: WAIT_SECONDS, value: {{ .root.Values.setup.waitSeconds | quote }} }
    {{- if $ca }}
    - { name: NODE_EXTRA_CA_CERTS, value: /etc/shotloom/ca/ca.crt }
    {{- end }}
  resources: {{- toYaml .root.Values.setup.resources | nindent 4 }}
  volumeMounts: {{- include "shotloom.scriptMounts" .root | nindent 4 }}
{{- end }}
- name: wait-for-streams
  image: {{ include "shotloom.image" (dict "root" .root "service" "job-orchestrator") }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: [services/job-orchestrator/dist/topology.js, --wait]
  {{- include "shotloom.containerSecurity" .root | nindent 2 }}
  env:
    {{- include "shotloom.topologyEnv" (dict "root" .root "user" "waiter") | nindent 4 }}
  resources: {{- toYaml .root.Values.setup.resources | nindent 4 }}
  volumeMounts: {{- include "shotloom.scriptMounts" .root | nindent 4 }}
{{- end }}

{{- define "shotloom.scriptMounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if .Values.trustedCa.existingSecret }}
- { name: ca, mountPath: /etc/shotloom/ca, readOnly: true }
{{- end }}
{{- end }}

{{/* Takes (dict "root" $ "user" name). */}}
{{- define "shotloom.topologyEnv" -}}
{{ include "shotloom.natsEnv" . }}
- { name: PROVIDERS_ENABLED, value: {{ include "shotloom.providers" .root | fromJsonArray | join "," | quote }} }
- { name: TOPOLOGY_REPLICAS, value: {{ ternary 1 (int .root.Values.nats.external.streamReplicas) (eq .root.Values.nats.mode "bundled") | quote }} }
- { name: WAIT_SECONDS, value: {{ .root.Values.setup.waitSeconds | quote }} }
{{- if .root.Values.trustedCa.existingSecret }}
- { name: NODE_EXTRA_CA_CERTS, value: /etc/shotloom/ca/ca.crt }
{{- end }}
{{- end }}

{{- define "shotloom.probes" -}}
# The first start of a busy node takes a while; from then on the other two decide.
startupProbe:
  httpGet: { path: /health/ready, port: internal }
  periodSeconds: 2
  timeoutSeconds: 3
  failureThreshold: 90
livenessProbe:
  httpGet: { path: /health/live, port: internal }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /health/ready, port: internal }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 3
{{- end }}

{{- define "shotloom.spread" -}}
{{- $spread := .root.Values.topologySpread -}}
{{- if $spread.enabled }}
topologySpreadConstraints:
  {{- range $spread.topologyKeys }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: {{ $spread.whenUnsatisfiable }}
    labelSelector:
      matchLabels: {{- include "shotloom.selector" (dict "root" $.root "component" $.name) | nindent 8 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Which data stores a pod may reach; network policies go by these labels. Takes a list of needs. */}}
{{- define "shotloom.needLabels" -}}
{{- range . }}
shotloom.io/needs-{{ . }}: 'true'
{{- end }}
{{- end }}

{{- define "shotloom.resources" -}}
{{- $resources := deepCopy .resources -}}
{{- with .gpu }}{{ $_ := set $resources.limits "nvidia.com/gpu" .gpus }}{{ end -}}
{{- toYaml $resources -}}
{{- end }}
