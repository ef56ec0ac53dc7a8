export const HELP = `shotloom: video from a picture and a sentence

  shotloom generate <picture|video> "<prompt>" [-o out.mp4]   from a picture, or an anime of a video
  shotloom generate "<prompt>" [-o out.mp4]                   from words alone
  shotloom batch <file> [-o folder]                           orders the rows of a JSON or CSV file, - for standard input
  shotloom batch list                                         your latest batches
  shotloom batch show <batch> [-o folder]                     how far it is, and its jobs
  shotloom batch cancel <batch>                               what of it has not ended
  shotloom upload <file> [--resume ADDRESS]                   stores it; goes on where it was cut
  shotloom models                                             what can be asked for, and its price
  shotloom jobs                                               your latest jobs
  shotloom watch <job>                                        until it has ended
  shotloom download <job> [-o out.mp4]                        a finished video
  shotloom cancel <job>
  shotloom credits

Options of generate
  -o, --out FILE       where the video goes; <job>.mp4 unless given, - for standard output
  -m, --model ID       provider:model, see \`shotloom models\`
  -d, --duration N     seconds
  -r, --ratio W:H      16:9, 9:16, 1:1
  -s, --size CLASS     720P, 1080P, or WxH
      --seed N         the same seed and inputs give the same video, where the model can
      --style ID       ghibli, shonen, seinen, cyberpunk_anime, chibi
      --negative TEXT  what should not be seen
      --no-wait        ends when the job is accepted

Options of batch
      --quote          only the price; nothing is ordered
      --wait           until all videos have ended
  -o, --out FOLDER     waits, and saves each finished video there, named by its row's key or number
      --overwrite      replaces other files of these names; they are left alone otherwise

Everywhere
      --url URL        the installation; SHOTLOOM_URL, http://127.0.0.1:3000 unless given
      --key KEY        an API key; better in SHOTLOOM_API_KEY, since others on the machine see a command line
      --json           one line of JSON a result, nothing else on standard output
  -h, --help

Ends with 0 when it is done, 1 job failed (of a batch: all of them), 2 called or asked wrongly, 3 key refused, 4 not enough
credits, 5 server away or busy, 6 anything else, 7 some of a batch failed, 130 interrupted. Ctrl-C while it waits leaves jobs
running and says how to go on.
`;
