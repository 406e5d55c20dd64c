import type { WordLists } from "./pattern.ts";

/** Words that are an order to a model, or about what it must not say (pattern.ts tells how they are written). */
export interface Pattern {
  readonly code: InstructionCode;
  /** `fail` only where it was measured (docs/tool-texts.md): at least 98 of 100 hits are attacks. */
  readonly status: "fail" | "warn";
  readonly words: string;
  /** What is an order in a tool and ordinary in a file: how to install, how to clean up. */
  readonly inAssets?: "warn";
}

export type InstructionCode =
  /** Sets aside what the model was told before. */
  | "override"
  /** Gives itself rank over others. */
  | "authority"
  /** Keeps something from the user. */
  | "concealment"
  /** Acts without the user's consent. */
  | "consent_bypass"
  /** Sends away what is the user's. */
  | "exfiltration"
  /** Reads files outside the roots. */
  | "foreign_files"
  /** Wants to be called before or in place of others, or tells how other tools are to be used. */
  | "other_tools"
  /** Makes the model somebody else, without rules. */
  | "persona"
  /** Speaks to the model and to nobody else. */
  | "addressed_to_model"
  /** Runs what is fetched or hidden. */
  | "command"
  /** A link that carries data away. */
  | "data_link"
  /** A link to a bare address, a tunnel or a collector of requests, in what is no document. */
  | "collector_link"
  /** Writes what an agent will obey later. */
  | "agent_memory"
  /** Destroys what is the user's. */
  | "destruction";

export const WORDS: WordLists = {
  drop: "ignore|ignores|ignoring|disregard|disregards|disregarding|forget|forgetting|discard|dismiss|neglect|abandon|overlook",
  override:
    "override|overrides|overriding|overwrite|bypass|bypasses|bypassing|circumvent|supersede|supersedes|superseding|nullify|suspend|suspends|void|cancel|skip|disable|disables|remove|evade",
  before:
    "previous|prior|above|earlier|preceding|foregoing|former|past|initial|original|existing|previously|aforementioned|before|first",
  all: "all|any|every|your|the|these|those|my|its|our|other|system|current|of|that|such|user|given|developer|and|safety|security|ethical|content",
  orders:
    "instruction*|prompt|prompts|directive*|guideline*|guidance|command|commands|direction|directions|orders|programming|guardrail*|training",
  rules:
    "rules|rule|polic*|restriction*|constraint*|limitation*|filter|filters|safeguard*|protocol*|check|checks|measures|moderation|boundaries|parameters|protections",
  not: "do_not|dont|never|must_not|mustnt|should_not|shouldnt|cannot|not_to|no_need_to|avoid|without|refrain_from|need_not",
  tell: "tell|inform|notify|alert|warn|telling|informing|notifying|alerting|warning",
  show: "reveal|disclose|show|display|expose|report|explain|say|describe|discuss|acknowledge|revealing|disclosing|showing",
  people: "user|users|human|humans|person|people|anyone|anybody|operator|customer|owner|them|him|her",
  /** What `user` and the like are part of a name of: who tells the user interface keeps nothing from a user. */
  things:
    "interface|interfaces|service|services|support|agent|agents|group|groups|pool|pools|thread|threads|process|processes|space|desk|portal",
  secretly: "secretly|covertly|stealthily|surreptitiously|clandestinely|furtively",
  silently: "silently|quietly|invisibly|discreetly|behind_the_scenes|unnoticed",
  send: "send|sends|sending|forward|forwards|forwarding|post|posts|posting|upload|uploads|uploading|transmit|transmits|transmitting|exfiltrate|exfiltrates|exfiltrating|leak|leaks|email|emails|emailing|bcc|submit|submits|submitting|relay|relays|deliver|deliver|append|appends|attach|attaches|copy|copies|share|shares|pass|passes|passing|report|reports|stream|streams|pipe|pipes|mirror|mirrors|dump|log|logs|publish|ship|route",
  private:
    "conversation*|chat_history|message_history|system_prompt|system_message|api_key|api_keys|apikey|apikeys|password*|passwd|credential*|secret|secrets|private_key|private_keys|ssh_key|ssh_keys|environment_variables|env_vars|environment|session_token|session_tokens|access_token|access_tokens|auth_token|tokens|cookies|cookie|<keyfile>|<envfile>|<env>|seed_phrase|wallet|user_data|personal_data|pii|context_window",
  away: "<url>|<badurl>|<email>|attacker*|webhook|external_server|remote_server|remote_endpoint|external_endpoint|our_server|our_servers|our_api|third_party|external_api|maintenance_endpoint",
  read: "read|reads|reading|cat|open|opens|load|loads|access|accesses|fetch|include|retrieve|extract|get|grab|scan|collect|check|view|print|head|tail|copy|harvest|steal|dump|look_at|pass|send|upload|attach|embed",
  call: "using|calling|invoking|running|executing|use|call|invoke|run|execute|any_use_of",
  tools: "tool|tools|function|functions|action|actions|command|commands|operation|operations|step|steps|<ident>",
  model: "ai|llm|llms|model|assistant|assistants|agent|agents|chatbot|gpt|claude|chatgpt",
  unbound:
    "unrestricted|unfiltered|uncensored|jailbroken|jailbreak|unlimited|unbounded|amoral|dan|unaligned|unshackled|unmoderated|evil|rogue",
};

export const fail = (code: InstructionCode, ...words: string[]): Pattern[] =>
  words.map((each) => ({ code, status: "fail", words: each }));
export const warn = (code: InstructionCode, ...words: string[]): Pattern[] =>
  words.map((each) => ({ code, status: "warn", words: each }));

export const ENGLISH: readonly Pattern[] = [
  ...fail(
    "override",
    "ignore|disregard|forget|nevermind ~1 the? above|preceding|foregoing ~1 and|instead|text|prompt|directions|context",
    "set_aside|put_aside|throw_out ~4 guidance|instructions|rules|guidelines ~5 earlier|given|before|previously|prior",
    "@drop ~2 @before ~3 @orders",
    "@drop ~1 all|any|every|everything ~3 @orders|told|said",
    "@drop everything|anything|all ~3 above|before|previously|prior|preceding|told|said",
    "@drop what ~1 above|before|previously|prior|preceding|came_before|went_before",
    "@drop what ~4 told|said|instructed|ordered|stated|written_above",
    "@drop ~2 your|safety|security|system|ethical|content ~2 @orders|rules|polic*|guardrail*|training",
    "@override ~2 previous|prior|above|earlier|preceding|initial|original|your ~2 @orders",
    "@override ~2 user|safety|security|system|ethical|your|content|moderation ~2 guideline*|guardrail*|safeguard*|instruction*|preferences|programming|polic*|filters|directive*",
    "previous|prior|earlier|above|original|initial|old ~1 instructions|rules|directives|prompts|guidelines|constraints|parameters|restrictions ~4 void|updated|replaced|cancelled|canceled|revoked|suspended|lifted|obsolete|expired|inapplicable|superseded|overridden|no_longer|do_not_apply|dont_apply",
    "do_not|dont|never|stop ~1 follow|following|obey|obeying|apply|applying ~3 @before|your|safety|system ~2 instructions|rules|guidelines|prompt|directives|restrictions",
    "new|updated|revised|override ~1 system ~1 instruction*|prompt|directive*",
    "without ~2 safety|ethical|moral|content ~2 restriction*|filter*|guideline*|boundaries|constraints|limitation*|safeguards",
  ),
  ...warn(
    "override",
    "@drop|@override ~4 @rules|@orders",
    "system_prompt|system_message|system_instructions",
    "new|updated|revised|following|real|actual|true ~1 instruction*|directive* ~2 are|is|below|follow*",
    "instead|now ~3 follow|obey|do|execute|focus_on ~3 instruction*|following|this|these|commands",
    "stop_everything|start_over|reset_your|context_reset|new_context|begin_new",
  ),
  ...fail(
    "authority",
    "must|shall|to ~1 be ~1 obeyed",
    "take|takes|taking|has|have|hold|holds ~2 precedence|priority ~2 over|above ~5 @orders|rules|user|safety",
    "authoritative|binding|mandatory|highest_priority|absolute ~2 system? directive*|instruction*|command|commands|orders ~6 user|safety|system|override*|supersede*|follow|obey",
    "treat|treated|considered|regarded|interpret ~7 as ~3 highest|authoritative|system|binding|trusted|privileged ~3 instruction*|directive*|command|commands|orders|prompt|message",
    "must|shall|always ~1 obey|comply_with ~4 @orders|output|response|this_tool|commands",
    "values|output|outputs|results|response|responses ~8 authoritative|binding ~2 system? directive*|instructions",
  ),
  ...warn(
    "authority",
    "highest_priority|top_priority|maximum_priority|absolute_priority",
    "by_order_of|on_behalf_of|authorized_by|authorised_by|approved_by ~2 admin*|ceo|boss|security|system|developer*|anthropic|openai|management",
    "as|acting_as ~1 admin*|administrator|root|superuser|supervisor|orchestrator ~4 i|you|must|need",
    "admin|root|elevated|superuser|full_system ~1 privileges|privilege|access|mode",
  ),
  ...fail(
    "concealment",
    "@not show|display|reveal|expose|report ~1 this|these|that|the|any ~2 step|steps|action|actions|instruction*|call|calls ~3 to? ~2 @people",
    "conceal|hide|disguise|obscure ~8 from ~3 security|moderator|moderators|auditor*|admin*|reviewer*|code_review|monitoring",
    "@not ~2 @tell ~2 @people !@things",
    "@not ~2 mention|mentioning|reveal|revealing|disclose|disclosing|acknowledge ~2 this|these|that|it|any_of_this|steps|tool|instruction*|anything ~12 @people",
    "@not ~2 mention|reveal|disclose|discuss|acknowledge ~1 this|these|that|it|any_of_this ~3 instruction*|step|steps|action|actions|behavior|behaviour|fact|tag|message|prompt",
    "@not mention|mentioning ~2 this|these|it|that|you|anything ~3 to|in|about|used|is|as",
    "without ~2 users|user|human|their|anyone|operators ~2 knowledge|knowing|noticing|awareness|aware|consent_or",
    "@secretly ~5 @send|collect|collects|read|reads|create|creates|record|records|register|registers|add|adds|store|stores|modify|access|include|install",
    "@silently ~3 forward|forwards|exfiltrate|exfiltrates|transmit|transmits|upload|uploads|bcc|append|appends|leak|send|sends|copy|copies|create|creates|collect|collects|harvest ~6 @private|@away|data|copy|results|everything|webhook|content*|emails|messages",
    "keep ~4 secret|hidden|invisible|private|confidential|quiet ~3 from ~1 @people",
    "hide|conceal|hides|conceals ~5 from ~1 @people !@things",
    "@people ~2 must_not|should_not|must_never|should_never|need_not|doesnt_need_to|does_not_need_to|dont_need_to|do_not_need_to|shouldnt|wont|will_not ~1 know|see|notice|be_told|be_informed|be_aware|find_out",
  ),
  ...warn(
    "concealment",
    "@not ~2 @show|mention|mentioning ~6 @people",
    "@not ~2 @tell ~2 @people",
    "@secretly",
    "keep ~3 hidden|secret|invisible",
    "@not ~1 mention ~4 instruction*|tool|tools|this",
    "internal_implementation_detail|mere_implementation_detail|internal_process*|background_process",
    "@silently ~4 @send|collect|collects|record|records|track|tracks|store|stores|execute|install",
  ),
  ...fail(
    "consent_bypass",
    "run|execute|install|download|launch ~12 without ~2 asking|telling|informing|notifying ~2 user|users",
    "results|output|outputs|data|values|everything|information ~6 passed|forwarded|sent|piped|transferred ~8 without ~2 user|users|human|asking|requiring ~4 confirmation|approval|consent",
    "always ~1 approve|execute|run|accept|allow|confirm ~6 without ~3 user|users|asking|confirmation",
    "@not ask ~2 user|users|me|human|humans ~2 for? permission|confirmation|approval|consent ~2 before|when|to|for",
    "send|forward|forwards|transmit|upload ~10 without ~2 asking|requiring ~3 user|human|consent|approval ~2 confirmation|consent|approval?",
    "@not|no ~1 require|requiring|ask|asking|needing|seeking|waiting|obtain|obtaining|request|requesting|prompting|wait ~2 for? ~1 user|users|human|humans ~2 approval|confirmation|consent|permission|authorization|review ~6 as|since|because|to|for|even",
    "pre|auto|automatically ~1 approved|approve ~3 do_not|never|dont ~2 ask|prompt|confirm|refuse",
    "never ~1 refuse|decline|deny|reject|question ~3 command*|request*|instruction*|order*|this",
  ),
  ...warn(
    "consent_bypass",
    "@not|no ~2 asking|ask|require|requiring|needing|user|human|seeking|waiting|confirm ~4 confirmation|approval|permission|consent|authorization|user|human|me|first",
    "bypass*|skip*|circumvent* ~3 permission*|approval|approvals|confirmation*|authorization|authentication|safety|security|sandbox|checks",
    "autoapproveall|dangerouslydisablesandbox|dangerously_skip_permissions|auto_approve|always_allow",
    "no_user_action ~1 needed|required",
    "retry ~4 indefinitely|forever|until|endlessly",
  ),
  ...fail(
    "exfiltration",
    "take|put|append|insert|add|place|encode ~6 @private|sensitive|personal|confidential ~12 in|into|to|at|of ~6 image|images|picture|url|link|address|query",
    "most ~1 sensitive|secret|confidential|private ~8 address|url|link|image|query",
    "copy|copies|collect|collects|gather|gathers|harvest|harvests ~2 every|all|any ~2 password*|credential*|secrets|api_key|api_keys ~10 to|and|into",
    "@send all|everything|every ~3 data|output|outputs|user_data|traffic|responses|messages ~6 to ~6 <url>|<badurl>|<email>",
    "send|forward|transmit|upload|post|sends|forwards|transmits|uploads ~2 all|full|entire|complete|whole ~2 conversation|chat|message ~1 history|context|logs|transcript ~2 to",
    "@send ~8 @private ~8 to|at|via|into|with|through ~4 @away",
    "@send ~6 everything|all|results|output|data|contents|content|copy|copies|information|response*|history ~6 to|at|via ~3 <badurl>|<email>|attacker*",
    "@send ~4 to|at ~2 <badurl>|attacker*",
    "@send|include|provide|put|insert ~5 content|contents ~3 of? ~4 <keyfile>|<envfile>",
    "@send|include|output|return|echo|print|repeat ~4 authorization_header|request_headers|bearer_token|session_token|<env> ~10 @away|next_response|response|output_field|verify",
    "full|entire|whole|complete ~1 conversation|chat|context ~3 history|context|contents? ~8 @away|parameter|argument|field|without",
    "@send|include|passes|pass|put ~4 full|entire|whole|complete ~1 conversation|chat|system_prompt",
    "send|post|forward|upload|transmit|email|exfiltrate ~2 all|your|users|user|the|every|any ~3 api_key|api_keys|password*|credential*|private_key|private_keys|secrets|ssh_keys|session_token|cookies ~3 to",
    "exfiltrate|exfiltrates|exfiltrating|steal|steals|harvest|harvests ~4 @private|data|files|user|users",
    "all|every|any|each ~3 emails|email|messages|payments|requests|traffic|transfers ~6 to ~2 <email>|<badurl>|attacker*",
    "base64 ~3 encode|encoded|encoding ~6 @send ~6 @away",
    "add|include|bcc|cc ~3 <email> ~4 every|all|bcc|each|any",
  ),
  ...warn(
    "exfiltration",
    "@send|include|includes ~5 @private ~6 to|with|in|as|parameter",
    "@send ~6 to|at ~3 <url>|<badurl>|<email>|external|remote|third_party",
    "reveal|repeat|print|output|show|display|leak|give|dump|tell ~4 system_prompt|initial_prompt|your_instructions|initial_instructions|above_instructions|api_key|api_keys|password*|credential*|secrets|private_key|environment_variables|<env>",
    "set ~2 redirect_uri|callback ~3 <url>|<badurl>",
    "@private ~4 @send ~4 @away",
  ),
  ...fail(
    "foreign_files",
    "@read ~5 <keyfile> ~14 as|parameter|include|pass|send|content|contents|post|into|argument|context|upload|base64|curl|and|before",
    "before|first|must|always|need_to|should|please|then ~8 read|open|load|access|include|cat|fetch|get ~4 <keyfile>|<envfile>",
    "content|contents|file_content ~3 of|from ~3 <keyfile> ",
    "cat|tar|base64|cp|scp|type ~5 <keyfile>|<envfile> ~10 base64|curl|wget|nc|<url>|<badurl>|ssh|openssl",
    "curl|wget|nc ~8 <keyfile>|<envfile>|whoami|uname|printenv|hostname",
    "sqlite3 ~8 <keyfile>|cookies|logins|encrypted_value|password_value",
  ),
  ...warn("foreign_files", "@read|ls|list|scan|scans ~5 <keyfile>|<envfile>", "<keyfile>"),
  ...fail(
    "other_tools",
    "always|must|only ~1 use|call|invoke ~1 this ~1 tool|function|one ~1 instead_of|rather_than|in_place_of ~2 any|all|every|other|another ~3 tool*|function*",
    "never|do_not|dont ~1 use|call|invoke ~2 any|the|all ~1 other|another ~2 tool*|function*",
    "when|whenever|if|every_time|each_time ~4 <ident>|tool|tools ~3 is|are ~1 called|invoked|used|available|present|run ~6 must|always|should|instead|have_to|also ~4 send|forward|use|change|set|add|include|call|replace|modify|redirect|bcc",
    "change|changes|modify|modifies|replace|redirect|set|alter|overwrite ~3 recipient*|to_address|destination|beneficiary|iban|account_number|amount ~6 to|with|by ~3 <email>|<badurl>|attacker*|ours|mine",
    "side_effect|side_effects|effect ~4 on ~5 <ident> ~2 tool*|function*",
    "before ~1 @call ~2 any|other|another|every|each|all ~2 @tools ~10 read|cat|<keyfile>|<envfile>|send|include|pass|ssh",
    "@not ~2 use|call|invoke|trust ~3 <ident> ~6 instead|use|call ~8 attacker|this_tool|this|always",
    "agent|assistant|model|ai|you|llm ~2 should|must|shall ~2 now|next|immediately|then ~3 call|invoke|run|execute|forward|transfer|delete|send ~6 <ident>|without|secret*|history|tool",
    "next_action|next_step ~4 invoke|call|run ~3 <ident>",
  ),
  ...warn(
    "other_tools",
    "@not ~1 use|call|invoke ~2 <ident>",
    "before ~1 @call ~2 any|other|another|every|each|all ~2 @tools",
    "must|always|should|required_to|have_to|need_to ~1 be? ~1 call|called|use|used|invoke|invoked|run ~2 this? ~2 first|before",
    "instead_of|in_place_of|rather_than ~4 <ident>",
    "@not ~1 use|call|invoke|trust ~3 other|another|different|built_in|default ~3 tool*",
    "side_effect|side_effects ~4 <ident>",
    "results|output|outputs|data ~4 passed|forwarded|sent|piped|handed ~2 directly|automatically|immediately ~2 to",
    "replaces|supersedes|deprecates ~3 all|other|the|official ~2 tool*|<ident>",
    "must|always|should|shall|has_to|have_to ~2 used|called|invoked|use|call|invoke ~3 for|on|in|with|before|after ~1 every|all|each|any ~2 request*|quer*|question*|task*|message*|conversation*|prompt*|turn|turns|interaction*|operation*",
    "other|others|another|alternative*|remaining|existing ~3 are|is|now|deprecated ~2 deprecated|obsolete|unsafe|broken|disabled|unreliable|insecure|outdated|superseded|retired",
    "register|define|create ~4 tool ~3 called|named ~8 eval|exec|actually",
  ),
  ...fail(
    "persona",
    "you|agent|assistant ~2 must|will|shall ~2 act ~1 as ~2 admin*|root|superuser",
    "respond|answer|answers|reply|pretend|operate|replies ~6 without ~2 any? ~1 restrictions|restriction|filters|limits|limitations|guidelines|guardrails|safety_checks|rules",
    "pretend|imagine|act ~4 have|has ~1 no ~2 restrictions|rules|limits|limitations|filters|guidelines|guardrails|morals",
    "adopt|adopts|adopting|assume ~4 persona|character|role|identity ~12 replacing|overriding|replace|override|replaces ~6 guidelines|instructions|behavioral|behavior|system|safety",
    "freed|exempt|liberated ~1 from ~3 openai|guidelines|rules|polic*|restrictions|ethical|moral|constraints",
    "you ~1 are|will_be|become|must_be ~1 now? ~3 @unbound",
    "you_are_now|youre_now ~4 dan|no_longer|free|unrestricted|admin*|developer_mode|maintenance_mode|unrestricted_mode|without|root|jailbroken|not_bound",
    "act|behave|respond|pretend|operate|function ~4 as|like|to_be ~6 @unbound|no_restrictions|no_limits|no_rules|without_restrictions|without_limits|without_rules|no_ethical|no_filters|without_any_restrictions|without_filters|no_content|not_bound",
    "do_anything_now|developer_mode|jailbreak_mode|god_mode|unrestricted_mode|dan_mode|maintenance_mode ~8 enabled|activated|now|ignore|bypass|answer|without|unrestricted|you",
    "@model ~5 no|without|zero|free_of|free_from|lacking ~2 any? ~1 restrictions|limits|limitations|rules|filters|filter|ethics|guidelines|guardrails|boundaries|morals|constraints|safeguards|restraints",
    "no_longer|not ~3 bound|restricted|constrained|limited|governed ~2 by ~4 openai|rules|guidelines|polic*|restrictions|ethic*|instructions|safety|anthropic|filters|constraints",
    "adopt|assume|take_on ~3 persona|role|identity ~10 override|overriding|ignore|ignoring|unrestricted",
    "switch|switching|enter|enable|activate ~3 unrestricted|unfiltered|jailbreak|dan|developer|god|uncensored ~1 mode",
  ),
  ...warn(
    "persona",
    "you_are_now|youre_now|from_now_on|from_this_point",
    "pretend|imagine|roleplay|role_play|simulate|act_as ~5 you|ai|chatbot|assistant|character|being|evil|hacker|that",
    "stay_in_character|break_character|in_character|jailbreak|opposite_day",
    "i_want_you_to|you_will_act|act_as_if|act_as_a|going_to_act|you_must_act",
    "@unbound ~3 @model|version|mode|answers|assistant|entity|persona|character",
    "moral|ethical|ethics|morality ~4 restrictions|boundaries|limitations|guidelines|concerns|safeguards|parameters",
    "as_an_ai_language_model|as_an_ai|chatgpt",
  ),
  ...fail(
    "addressed_to_model",
    "note|memo|attention|notice|reminder|hint ~1 to|for ~2 @model",
    "dear|hey|hello|attention ~1 @model ~4 please|you|ignore|must|do|i",
    "if_you_are|if_youre ~2 an? ~1 @model ~8 must|should|ignore|please|instead|do|send|read|follow|output",
    "@model ~1 must|shall ~2 always? ~1 ignore|obey|forward|send|include|treat|comply|bypass|prioritize|not_tell|never_tell",
  ),
  ...warn(
    "addressed_to_model",
    "message|instruction* ~1 to|for ~2 @model",
    "you_are ~2 an? ~1 ai ~1 agent|assistant|model|system",
    "heads_up|important|critical|urgent|update ~1 for? ~1 ai|llm|model|assistant|agents",
    "@model ~1 must|should|shall ~3 always|now|immediately|ignore|adopt|treat|never|not",
  ),
  ...fail(
    "command",
    "curl|wget ~6 <url>|<badurl> ~8 chmod|chmod_x",
    "curl|wget ~6 <url>|<badurl> ~6 bash|sh|zsh|python ~8 without",
    "@silently|@secretly ~2 download|downloads|fetch|fetches|install|installs ~4 <url>|<badurl>|execute|executes",
    "curl|wget ~6 <badurl> ~6 bash|sh|zsh|python|python3|perl|node|iex|chmod",
    "base64 ~2 d|decode ~4 bash|sh|zsh|python|python3|eval",
    "powershell|pwsh ~4 encodedcommand|enc|ec",
    "rm_rf ~1 no_preserve_root",
    "dev_tcp|bash_i|nc_e|nc_lvp|ncat_e",
    "download|downloads|fetch|get ~8 extract|run|execute|install|unzip ~4 pass|password|using_pass|with_pass|with_password",
    "extract|unzip ~3 using|with|pass|password ~3 pass|password|pass_openclaw ~8 run|execute|open",
    "copy ~2 command ~4 run|paste|execute ~3 terminal|powershell|console",
  ),
  ...warn(
    "command",
    "subprocess|popen|new_function|invoke_expression|eval_compile|subclasses",
    "curl|wget ~6 <url>|<badurl> ~4 bash|sh|zsh",
    "rm_rf|chmod_x|sudo|mkfs|child_process|subprocess_popen|os_system|document_cookie|reverse_shell|meterpreter|msfconsole",
    "powershell ~3 enc|encodedcommand|hidden|bypass|ec",
    "eval|exec ~4 atob|fromcharcode|base64|user_input|userinput|code|input|malicious",
  ),
  ...fail(
    "destruction",
    "your ~1 goal|task|objective|mission|job ~2 is ~1 to ~12 delete|wipe|erase|destroy|format|clean ~8 system|filesystem|files|file|home|resources|data|database*|disk|disks|backups",
    "delete|wipe|erase|destroy ~3 all|every|entire ~3 files|data|backups|resources|disks|databases ~8 without ~3 asking|telling|user|users",
  ),
  ...warn("collector_link", "<badurl>"),
  ...warn(
    "agent_memory",
    "write|append|add|update|edit|modify|insert|save|store|put ~8 <agentfile>",
    "remember|memorize|memorise|save_to_memory|store_in_memory ~6 always|every|future|forever|permanent* ~6",
  ),
];
