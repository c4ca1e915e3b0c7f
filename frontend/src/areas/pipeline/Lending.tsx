import { PlusOutlined } from "@/ui/icons";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import type { Case, Disbursement, Submission } from "@/api/types";
import type { ToneName } from "@/theme/tokens";
import { ActionButton } from "@/ui/ActionButton";
import { DueClock } from "@/ui/DueClock";
import { EMPTY, rate, yuan } from "@/ui/format";
import { Section } from "@/ui/Page";
import { Masked } from "@/ui/Reveal";
import { StateView } from "@/ui/StateView";
import { Tone } from "@/ui/Tone";
import { useFormat, useNow } from "@/ui/useFormat";
import { DecisionForm, DisbursementForm, ReasonForm, SubmissionForm } from "./forms";
import { caseChanged } from "./live";
import type { Show } from "@/ui/useDialog";

const tones: Record<Submission["state"], ToneName> = { submitted: "navy", supplement: "amber", approved: "green", declined: "red", withdrawn: "grey" };

/** What lenders were asked and what they said, and what they paid out. */
export function Lending({ found, show }: { found: Case; show: Show }) {
  const { t } = useTranslation("pipeline");
  const approved = found.submissions.some(({ state }) => state === "approved");
  return (
    <div className="lb-stack">
      <Section
        title={t("submission.title")}
        extra={
          <ActionButton actions={found.allowedActions} action="submit" icon={<PlusOutlined />} onClick={() => show(t("submission.add"), (close) => <SubmissionForm row={found} onDone={close} onCancel={close} />)}>
            {t("submission.add")}
          </ActionButton>
        }
      >
        {found.submissions.length === 0 ? (
          <StateView title={t("submission.none")} detail={t("submission.noneDetail")} />
        ) : (
          <ul className="lb-lines">
            {found.submissions.map((submission) => (
              <SubmissionLine key={submission.id} found={found} submission={submission} show={show} />
            ))}
          </ul>
        )}
      </Section>
      <Section
        title={t("disbursement.title")}
        extra={
          approved && (
            <ActionButton actions={found.allowedActions} action="disburse" icon={<PlusOutlined />} onClick={() => show(t("disbursement.save"), (close) => <DisbursementForm row={found} submissions={found.submissions} onDone={close} onCancel={close} />)}>
              {t("disbursement.save")}
            </ActionButton>
          )
        }
      >
        {found.disbursements.length === 0 ? (
          <p className="lb-muted">{t(approved ? "disbursement.none" : "disbursement.noApproval")}</p>
        ) : (
          <ul className="lb-lines">
            {found.disbursements.map((disbursement) => (
              <DisbursementLine key={disbursement.id} found={found} disbursement={disbursement} show={show} />
            ))}
          </ul>
        )}
      </Section>
    </div>
  );
}

function SubmissionLine({ found, submission, show }: { found: Case; submission: Submission; show: Show }) {
  const { t } = useTranslation("pipeline");
  const format = useFormat();
  const now = useNow(30_000);
  const { state, approvedFen, approvedMonths, approvedRatePpm } = submission;
  const waiting = state === "submitted" || state === "supplement";
  const terms = [approvedMonths ? t("submission.months", { count: approvedMonths }) : null, approvedRatePpm !== null ? t("submission.rate", { rate: rate(approvedRatePpm) }) : null].filter((part) => part !== null);
  return (
    <li className="lb-line">
      <div className="lb-stack lb-stack-tight lb-grow">
        <span className="lb-row lb-row-wrap">
          <strong>{submission.lender.name}</strong>
          <span className="lb-muted">{submission.product.name}</span>
          <Tone tone={tones[state]}>{t(`submission.state.${state}`)}</Tone>
          {waiting && submission.dueAt && <DueClock at={submission.dueAt} />}
        </span>
        <span className="lb-meta lb-muted">
          {t("submission.asked", { amount: format.money(submission.amountFen), time: format.relative(submission.submittedAt, now) })}
          {submission.by && ` · ${submission.by.displayName}`}
        </span>
        {approvedFen !== null && (
          <span title={yuan(approvedFen)}>
            {t("submission.approved", { amount: format.money(approvedFen) })} {terms.join(" · ")}
            {submission.disbursedFen > 0 && ` · ${t("submission.paid", { amount: format.money(submission.disbursedFen) })}`}
          </span>
        )}
        {submission.declinedReason && (
          <span className="lb-danger">
            {t("submission.declinedFor")} <Masked value={submission.declinedReason} />
          </span>
        )}
      </div>
      {(waiting || state === "approved") && (
        <ActionButton actions={found.allowedActions} action="submit" onClick={() => show(t("decision.of", { lender: submission.lender.name }), (close) => <DecisionForm row={found} submission={submission} first={state === "approved" ? "withdrawn" : "approved"} onDone={close} onCancel={close} />)}>
          {t(state === "approved" ? "decision.change" : "decision.record")}
        </ActionButton>
      )}
    </li>
  );
}

function DisbursementLine({ found, disbursement, show }: { found: Case; disbursement: Disbursement; show: Show }) {
  const { t } = useTranslation("pipeline");
  const cache = useQueryClient();
  const lender = found.submissions.find(({ id }) => id === disbursement.submissionId)?.lender.name ?? EMPTY;
  const voided = disbursement.voidedAt !== null;
  const send = (reason: string, idempotencyKey: string) =>
    data(client.POST("/api/v1/disbursements/{disbursement_id}/void", { params: { path: { disbursement_id: disbursement.id }, header: { "Idempotency-Key": idempotencyKey } }, body: { reason } }));
  const done = async (close: () => void) => {
    await caseChanged(cache, found.id, found.customer.id);
    close();
  };
  return (
    <li className="lb-line">
      <div className="lb-stack lb-stack-tight lb-grow">
        <span className="lb-row lb-row-wrap">
          <strong className={voided ? "lb-struck" : undefined}>{yuan(disbursement.amountFen)}</strong>
          <span className="lb-muted">{lender}</span>
          {voided && <Tone tone="grey">{t("disbursement.voided")}</Tone>}
        </span>
        <span className="lb-meta lb-muted">
          {disbursement.paidOn}
          {disbursement.by && ` · ${disbursement.by.displayName}`}
        </span>
        {disbursement.voidReason && (
          <span className="lb-meta">
            {t("disbursement.voidedFor")} <Masked value={disbursement.voidReason} />
          </span>
        )}
      </div>
      {!voided && (
        <ActionButton
          actions={found.allowedActions}
          action="disburse"
          onClick={() => show(t("disbursement.void"), (close) => <ReasonForm label={t("disbursement.voidReason")} submitLabel={t("disbursement.void")} send={send} onDone={() => void done(close)} onCancel={close} />)}
        >
          {t("disbursement.void")}
        </ActionButton>
      )}
    </li>
  );
}
