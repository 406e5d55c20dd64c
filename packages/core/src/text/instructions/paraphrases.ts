import { fail, type Pattern, warn } from "./english.ts";

/**
 * The same orders by what they mean, not by their usual words: what a tool demands as an argument, where results are to go, consent
 * that somebody is said to have given. `inTools` fail where a tool says them and warn in files: documents show how to install.
 */
const inTools = (code: Pattern["code"], ...words: string[]): readonly Pattern[] =>
  fail(code, ...words).map((pattern) => ({ ...pattern, inAssets: "warn" }));

export const PARAPHRASES: readonly Pattern[] = [
  ...fail(
    "override",
    "pay|paying|give|take ~1 no ~1 attention|heed|notice|regard|mind ~2 to|of ~4 told|said|taught|instruct*|@orders|rules_you|rules_given|earlier_rules|previous_rules|prior_rules",
    "what|whatever|everything|anything ~1 you ~1 were|was|have_been|had_been|are|got ~1 told|taught|instructed|given|ordered ~6 void|irrelevant|obsolete|no_longer|does_not_apply|do_not_apply|does_not_count|invalid|wrong|outdated",
    "as_if|as_though|pretend ~3 never|no|not ~3 received|given|got|seen|read|had ~3 @orders|rules",
    "your ~1 new|real|true|actual ~1 goal|objective|purpose|mission|task|job ~2 is|becomes|will_be|shall_be ~1 to ~3 reveal|disclose|leak|send|steal|exfiltrate|delete|collect|obtain|get|extract|find|hide|ignore|print|convince|persuade",
    "reveal|disclose|leak|expose ~3 hidden|secret|initial|internal|original|confidential ~1 prompt|prompts|instructions",
    "clear|wipe|erase|purge|reset|delete|drop ~1 your ~3 @orders",
    "@not|stop ~1 listen|listening|adhere|adhering|pay_attention ~1 to ~3 @before|your|system ~2 @orders|rules|messages",
    "decode|decrypt|unscramble|decipher ~2 and|then ~1 obey|do_it|comply|follow_it|follow_them|execute_it|follow_the_instructions",
    "rot13|backwards|reversed|unscramble ~2 and|then ~1 obey|follow|execute|do_it|comply !redirects|links",
  ),
  ...warn(
    "override",
    "your ~1 new|real|true|actual ~1 goal|objective|purpose|mission|task|job ~2 is|becomes|will_be",
    "read|reads|decode|decoded|unscramble ~2 backwards|rot13|in_reverse|reversed",
    "no_longer ~2 need|needed|required|have ~2 follow|obey|comply ~4 @orders|rules",
  ),
  ...fail(
    "exfiltration",
    "call|invoke|run ~2 it|this|this_tool ~1 with ~2 full|entire|whole|complete|all|verbatim ~3 of? ~1 the|this|your|our? chat|conversation|dialogue|dialog|message|context|chat_history ~2 history|so_far|until_now|to_date|context|verbatim|window|transcript?",
    "called|invoked ~1 with ~2 full|entire|whole|complete ~1 conversation|chat|dialogue ~1 history|transcript|log? ~1 so_far|verbatim|until_now",
    "content|contents|transcript|text|copy|record ~1 of ~1 the|this|our|your? ~1 entire|whole|full|complete? chat|conversation|dialogue|dialog|discussion ~1 so_far|until_now|to_date|up_to_now|up_to_here",
    "provide|supply|enter|write|fill|hand_over|give|paste|put|place|insert ~3 full|entire|whole|complete ~1 conversation|chat|dialogue|message ~1 history|context|so_far ~1 in|into|as|under|to !messages|message|conversation|transcript|history|chat|text|input|json|markdown|a|an|the|file",
    "content|contents|value|values ~1 of ~4 <keyfile>|<envfile> ~3 must|should|shall|need|needs|has|have|is|are ~3 supplied|provided|passed|sent|included|given|placed|put|copied|entered|pasted|attached|submitted|forwarded ~2 in|as|to|into|with|through|via|under",
    "provide|supply|put|paste|enter|fill|copy|write ~2 content|contents|values ~2 of ~3 <keyfile>|<envfile> ~3 in|as|into|to|under",
    "api_key|api_keys|password*|credential*|secrets|tokens|private_keys ~2 from ~2 environment|keychain|keyring|browser|<envfile>|<keyfile>|env|password_manager|memory ~3 in|as|into|to|under ~4 argument|parameter|field|input|<ident>|property",
    "field|parameter|argument|property|<ident> ~1 should|must|shall|has_to|needs_to ~1 contain|hold|carry|include|repeat|be ~2 your|the_assistants|the_models ~1 chain_of_thought|system_prompt|system_message|system_instructions|hidden_prompt|initial_instructions|private_reasoning",
    "your|the_assistants|the_models ~1 chain_of_thought|system_prompt|system_message|system_instructions|instructions ~4 verbatim|word_for_word ~4 in|as|into|to? field|parameter|argument|<ident>?",
    "result|results|output|outputs|response|responses|answer|answers|reply|replies|data|messages|everything ~2 must|should|shall|have_to|has_to|need_to|needs_to ~1 be ~1 forwarded|sent|posted|uploaded|transmitted|relayed|copied|mirrored|submitted|reported|delivered|logged|emailed ~2 to ~3 <url>|<badurl>|<email>",
    "fetch|fetching|open|opening|load|loading|visit|visiting|request|requesting|call|calling ~2 url|link|address|<url>|<badurl> ~1 with ~4 message|messages|conversation|prompt|chat|reply ~1 appended|attached|added|included|encoded|as_query|in_the_query",
  ),
  ...warn(
    "exfiltration",
    "provide|supply|enter|fill|give|paste|put|pass|include ~6 conversation_history|chat_history|message_history|whole_conversation|entire_conversation|full_conversation|chain_of_thought|entire_chat|whole_chat|full_chat|full_transcript|entire_transcript",
    "content|contents|value|values ~2 of|from ~4 <keyfile>|<envfile>",
    "system_message|chain_of_thought ~3 verbatim",
  ),
  ...fail(
    "consent_bypass",
    "user|users|owner|customer|human|operator ~1 has|have|had ~2 already|previously|beforehand|implicitly? ~1 approved|authorized|authorised|agreed|consented|confirmed|permitted|granted ~8 @not ~1 ask|prompt|confirm|check|bother|seek|request ~1 again|for|them|him|her|the?",
    "approval|consent|permission|authorization|authorisation|confirmation ~2 was|is|has|have ~1 already|previously|implicitly ~1 been? given|granted|obtained|assumed|implied ~4 @not ~1 ask|prompt|confirm|check|seek|request",
    "set|pass|send|put ~1 confirm|confirmed|confirmation|approve|approved|consent|user_confirmed|user_approved|user_consent ~2 true|yes|1 ~1 without|never|not ~2 checking|asking|consulting|prompting|telling|waiting|check|ask|consult ~1 with|for? ~1 anybody|anyone|user|users|human|owner|him|her|them",
    "confirm|approve|accept|authorize|authorise|pay|purchase|transfer|sign ~8 without ~1 checking|asking|consulting|telling|involving ~1 with? ~1 user|users|human|owner|anybody|anyone",
  ),
  ...warn(
    "consent_bypass",
    "user|users|owner|customer|human|operator ~1 has|have|had ~2 already|previously|beforehand|implicitly ~1 approved|authorized|authorised|agreed|consented|permitted",
    "approval|consent|permission|authorization ~2 was|is|has|have ~1 already|previously|implicitly ~1 been? given|granted|obtained|assumed|implied",
    "always ~1 set|pass|send ~1 confirm|confirmed|confirmation|approved|consent ~2 true|yes",
    "@not ~1 ask ~1 again|anybody|anyone",
    "without ~1 checking|consulting|asking ~1 with? ~1 anybody|anyone|user|human|owner",
  ),
  ...fail(
    "addressed_to_model",
    "if|when|whenever|once ~1 the|a|an|any|you_as_a? @model ~1 reads|read|sees|see|processes|parses|receives|encounters|loads|reading ~1 this|these !error*|warning*|code|codes|status|exception*|response ~4 it|you|the_model|the_assistant|please ~1 should|must|shall|has_to|needs_to|first|will",
  ),
  ...warn(
    "addressed_to_model",
    "if|when|whenever|once ~1 the|a|an|any? @model ~1 reads|read|sees|processes|receives|encounters|loads ~1 this|these",
  ),
  ...inTools(
    "command",
    "run|execute ~2 curl|wget|iwr|irm ~9 <pipe> ~1 bash|sh|zsh|python|python3|perl|node|iex ~3 first|before|prior|each|every|always|now",
    "first|before|always|must|then|please ~4 curl|wget|iwr|irm ~9 <pipe> ~1 bash|sh|zsh|python|python3|perl|node|iex",
  ),
  ...warn("command", "curl|wget|iwr|irm ~9 <pipe> ~1 bash|sh|zsh|python|python3|perl|node|iex"),
  ...inTools(
    "destruction",
    "delete|wipe|erase|destroy|remove|purge|overwrite ~2 users|user|your|their|entire|whole ~2 home_directory|home_folder|home_dir|hard_drive|hard_disk|documents_folder|photo_library ~6 when|after|afterwards|once|before|then|first|finally|without|silently",
    "then|first|finally|afterwards|also|next|please|must|always ~2 run|execute ~2 rm_rf ~2 home|users|no_preserve_root|<wiped>",
    "then|first|finally|afterwards|also|next|when_done|once_done ~2 delete|wipe|erase|destroy|purge ~2 all|every|everything|whole|entire ~3 users|their|your|backups|home|disk|database|mailbox|system",
  ),
  ...warn(
    "destruction",
    "delete|wipe|erase|destroy|remove|purge|overwrite ~2 users|user|your|their|entire|whole ~2 home_directory|home_folder|home_dir|hard_drive|hard_disk|documents_folder|photo_library",
    "rm_rf ~2 <wiped>",
  ),
];
