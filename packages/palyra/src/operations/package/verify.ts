import { type VerificationReport, verificationReport } from "palyra-skills/trust";
import * as v from "valibot";
import { operation } from "../operation.ts";
import { openArtifactFile } from "../shared/artifact.ts";
import { VERIFY_ERRORS } from "../shared/errors.ts";
import { acceptUntrusted, artifact, trustedPublisher } from "../shared/inputs.ts";
import { readTrusting } from "../shared/trusting.ts";

export const verify = operation({
  input: v.strictObject({
    artifact,
    trustedPublisher,
    allowTofu: acceptUntrusted,
  }),
  places: ["trustStore"],
  examples: [
    "skills package verify --artifact echo.palyra-skill",
    "skills package verify --artifact echo.palyra-skill --allow-tofu",
  ],
  notes: "Checks the signature and everything around it, and whether its key is trusted. Writes nothing.",
  errors: VERIFY_ERRORS,
  run: async ({ home }, { artifact: file, trustedPublisher, allowTofu }, call): Promise<VerificationReport> => {
    const trusting = await readTrusting(home, { trustedPublisher, allowFirstUse: allowTofu }, call);
    return verificationReport(trusting.decide(await openArtifactFile(home, file, call)), call.now);
  },
});
