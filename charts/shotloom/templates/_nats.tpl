{{/*
What each user of NATS may do, as a map from the user to `publish`, `deny` (of publish) and `subscribe`. A user is a
service; `setup` makes streams, `waiter` looks whether they are there. Answers come to inboxes of the user's own, so
nobody reads what was answered to another. Who is asked may answer, and publish there nothing else.
*/}}
{{- define "shotloom.natsUsers" -}}
{{- $providers := include "shotloom.providers" . | fromJsonArray -}}
{{- $engines := include "shotloom.engines" . | fromYamlArray -}}
gateway:
  publish:
    - accounts.*
    - changed.catalogue
    - changed.credentials
    - changed.credits
    - identity.revoked
    - media.delete
    {{- range list "accept" "accept-batch" "bring-batch-rows" "cancel" "cancel-batch" "create-drafts" "credential-changed" "credential-spend" "credential-use" "delete" "get" "get-batch" "get-many" "list" "list-batches" "log" "open-batch" "ops-audit" "ops-list-dead-letters" "ops-list-uncertain" "ops-pause-provider" "ops-replay-dead-letter" "ops-resolve-uncertain" "ops-set-limits" "providers" "run-drafts" "spend" "states" "stop-all" "user-log" }}
    - rpc.job-orchestrator.{{ . }}
    {{- end }}
    - rpc.storage.*
    - rpc.webhooks.*
    - rpc.provider.*.callback
    - rpc.provider.*.test-connection
    - rpc.provider.*.balance
  subscribe: [rpc.gateway.>, identity.revoked, changed.catalogue]
job-orchestrator:
  publish:
    # It owns the jobs, so what it sends may go again from a row or from the dead letters.
    - work.>
    - polls.>
    - media.*
    - jobs.*
    - progress.*
    - attempts.*
    - results.media
    - accounts.limits
    - changed.credits
    - rpc.gateway.catalogue
    - rpc.gateway.list-credentials
    # Operators look into streams by it, and take dead letters out.
    - $JS.API.STREAM.INFO.*
    - $JS.API.STREAM.MSG.GET.*
    - $JS.API.STREAM.MSG.DELETE.DEAD
    - $JS.API.CONSUMER.LIST.*
    {{- include "shotloom.readOrdered" "JOBS" | nindent 4 }}
    {{- include "shotloom.consume" (list "ATTEMPTS" "job-orchestrator-attempts" "attempts.*") | nindent 4 }}
    {{- include "shotloom.consume" (list "RESULTS" "job-orchestrator-media" "results.media") | nindent 4 }}
    {{- include "shotloom.consume" (list "ACCOUNTS" "job-orchestrator-limits" "accounts.limits") | nindent 4 }}
  deny: {{- include "shotloom.durablesOf" (list "JOBS" "webhooks-events") | nindent 4 }}
  subscribe: [rpc.job-orchestrator.>, changed.catalogue, changed.credentials]
storage:
  publish:
    - results.media
    - rpc.gateway.account-retention
    - rpc.job-orchestrator.assets-in-use
    {{- include "shotloom.consume" (list "ACCOUNTS" "storage-retention" "accounts.retention") | nindent 4 }}
    {{- range list "ingest" "import" "delete" "poster" "renditions" }}
    {{- include "shotloom.consume" (list "MEDIA" (printf "storage-%s" .) (printf "media.%s" .)) | nindent 4 }}
    {{- end }}
  subscribe: [rpc.storage.*]
notifier:
  publish:
    - rpc.gateway.available-credits
    - rpc.gateway.verify-credential
    - rpc.gateway.ended-credentials
    - rpc.job-orchestrator.get
    - rpc.job-orchestrator.list
    - rpc.storage.describe-assets
    - $JS.API.STREAM.INFO.JOBS
    - $JS.API.STREAM.MSG.GET.JOBS
    {{- include "shotloom.readOrdered" "JOBS" | nindent 4 }}
  deny: {{- include "shotloom.durablesOf" (list "JOBS" "webhooks-events") | nindent 4 }}
  subscribe: [progress.*, identity.revoked, changed.credits]
webhooks:
  publish:
    - rpc.gateway.webhook-disabled
    {{- include "shotloom.consume" (list "JOBS" "webhooks-events" "") | nindent 4 }}
  subscribe: [rpc.webhooks.*]
{{- range $provider := $providers }}
provider-{{ $provider }}:
  publish:
    - attempts.{{ $provider }}
    {{- include "shotloom.consume" (list "WORK" (printf "%s-submit" $provider) (printf "work.%s.submit" $provider)) | nindent 4 }}
    {{- if has $provider $engines }}
    {{- range list "begin-attempt" "renew-lease" "release-lease" }}
    - rpc.job-orchestrator.{{ . }}
    {{- end }}
    {{- else }}
    {{- include "shotloom.consume" (list "WORK" (printf "%s-cancel" $provider) (printf "work.%s.cancel" $provider)) | nindent 4 }}
    {{- include "shotloom.consume" (list "POLLS" (printf "%s-polls" $provider) (printf "polls.%s" $provider)) | nindent 4 }}
    - rpc.gateway.credential.{{ $provider }}
    - rpc.job-orchestrator.begin-submit
    - rpc.job-orchestrator.attempt-ref
    {{- end }}
  subscribe: {{ ternary (list) (list (printf "rpc.provider.%s.*" $provider)) (has $provider $engines) | toJson }}
{{- end }}
setup:
  publish:
    - $JS.API.STREAM.INFO.*
    - $JS.API.STREAM.CREATE.*
    - $JS.API.STREAM.UPDATE.*
    - $JS.API.CONSUMER.INFO.>
    - $JS.API.CONSUMER.CREATE.>
    - $JS.API.CONSUMER.DURABLE.CREATE.>
    # After a restore of the database it sees that nobody reads, and makes the streams anew.
    - $JS.API.CONSUMER.LIST.*
    - $JS.API.STREAM.DELETE.*
  subscribe: []
waiter:
  publish: [$JS.API.STREAM.INFO.*, $JS.API.CONSUMER.INFO.>]
  subscribe: []
{{- end }}

{{/* One durable: its messages, their acks, its advisories, and the rescue of what was left over. Takes (list stream durable filter). */}}
{{- define "shotloom.consume" -}}
{{- $stream := index . 0 -}}
{{- $durable := index . 1 -}}
{{- $rescue := printf "rescue-%s-%s" $stream $durable -}}
- $JS.API.STREAM.INFO.{{ $stream }}
- $JS.API.STREAM.MSG.GET.{{ $stream }}
- $JS.API.CONSUMER.INFO.{{ $stream }}.{{ $durable }}
- $JS.API.CONSUMER.MSG.NEXT.{{ $stream }}.{{ $durable }}
- $JS.ACK.{{ $stream }}.{{ $durable }}.>
- $JS.API.CONSUMER.INFO.ADVISORIES.{{ $rescue }}
- $JS.API.CONSUMER.MSG.NEXT.ADVISORIES.{{ $rescue }}
- $JS.ACK.ADVISORIES.{{ $rescue }}.>
- dead.{{ $stream }}.{{ $durable }}
{{- with index . 2 }}
# A message that was left over in a work queue is queued again.
- $JS.API.STREAM.MSG.DELETE.{{ $stream }}
- {{ . }}
{{- end }}
{{- end }}

{{/* Consumers of the reader's own, made and removed as clients come and go. Takes a stream. */}}
{{- define "shotloom.readOrdered" -}}
- $JS.API.CONSUMER.CREATE.{{ . }}.>
- $JS.API.CONSUMER.DELETE.{{ . }}.*
- $JS.API.CONSUMER.MSG.NEXT.{{ . }}.*
{{- end }}

{{/* The same of a durable that belongs to another. Takes (list stream durable). */}}
{{- define "shotloom.durablesOf" -}}
- $JS.API.CONSUMER.CREATE.{{ index . 0 }}.{{ index . 1 }}.>
- $JS.API.CONSUMER.CREATE.{{ index . 0 }}.{{ index . 1 }}
- $JS.API.CONSUMER.DELETE.{{ index . 0 }}.{{ index . 1 }}
- $JS.API.CONSUMER.MSG.NEXT.{{ index . 0 }}.{{ index . 1 }}
{{- end }}

{{- define "shotloom.natsPasswordEnv" -}}NATS_PASSWORD_{{ . | upper | replace "-" "_" }}{{- end }}

{{/* The configuration of the server. Passwords come from its environment. */}}
{{- define "shotloom.natsConf" -}}
port: 4222
http_port: 8222
server_name: {{ include "shotloom.fullname" . }}-nats
jetstream { store_dir: /data }
authorization {
  timeout: 5
  users: [
    {{- range $user, $may := include "shotloom.natsUsers" . | fromYaml }}
    {
      user: {{ $user | quote }}
      password: ${{ include "shotloom.natsPasswordEnv" $user }}
      permissions {
        publish {
          allow: {{- include "shotloom.natsSubjects" (uniq $may.publish) | nindent 10 }}
          {{- with $may.deny }}
          deny: {{- include "shotloom.natsSubjects" . | nindent 10 }}
          {{- end }}
        }
        subscribe {
          allow: {{- include "shotloom.natsSubjects" (append $may.subscribe (printf "_INBOX_%s.>" $user)) | nindent 10 }}
        }
        {{- if $may.subscribe }}
        allow_responses: { max: 1, expires: "5m" }
        {{- end }}
      }
    }
    {{- end }}
  ]
}
{{- end }}

{{- define "shotloom.natsSubjects" -}}
[
  {{- range . }}
  {{ . | quote }}
  {{- end }}
]
{{- end }}
