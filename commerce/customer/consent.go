package customer

import "time"

// Consent is what a shopper said about advertising mail.
type Consent struct {
	// MarketingState is SUBSCRIBED, UNSUBSCRIBED, or NOT_SUBSCRIBED where the shopper never said anything.
	MarketingState string
	// MarketingOptInLevel is [SingleOptIn], [ConfirmedOptIn] or [UnknownOptIn]; nil where nothing was said.
	MarketingOptInLevel *string
	ConsentUpdatedAt    *time.Time
}

// How sure it is that the shopper wanted it; values of the API.
const (
	SingleOptIn    = "SINGLE_OPT_IN"    // said once, as in a form
	ConfirmedOptIn = "CONFIRMED_OPT_IN" // confirmed by answering a mail
	UnknownOptIn   = "UNKNOWN"          // nobody knows how it was said
)

// The states of consent; values of the API.
const (
	Subscribed    = "SUBSCRIBED"
	Unsubscribed  = "UNSUBSCRIBED"
	NotSubscribed = "NOT_SUBSCRIBED"
)

// ConsentInput is what staff write down about consent.
type ConsentInput struct {
	MarketingState      string
	MarketingOptInLevel *string
	ConsentUpdatedAt    *time.Time
}

// consent is how the API shows it. A yes from before times were kept has neither time nor level.
func (a account) consent() *Consent {
	c := &Consent{MarketingState: NotSubscribed, MarketingOptInLevel: known(a.level), ConsentUpdatedAt: a.asked}
	switch {
	case a.marketing:
		c.MarketingState = Subscribed
	case a.asked != nil:
		c.MarketingState = Unsubscribed
	}
	return c
}

// agree notes what a shopper said, and when.
func (a *account) agree(yes bool, level string, at time.Time) {
	at = at.UTC().Truncate(time.Microsecond)
	a.marketing, a.level, a.asked = yes, level, &at
}

// take notes what staff write down. What never was cannot be made undone: NOT_SUBSCRIBED takes the record away.
func (a *account) take(c *checker, in ConsentInput, now time.Time) {
	at, level := now, UnknownOptIn
	if in.ConsentUpdatedAt != nil {
		at = *in.ConsentUpdatedAt
	}
	if in.MarketingOptInLevel != nil {
		level = *in.MarketingOptInLevel
	}
	switch {
	case at.After(now):
		c.add(CodeInvalid, "Consent cannot be given in the future.", "emailMarketingConsent", "consentUpdatedAt")
	case in.MarketingState == NotSubscribed:
		a.marketing, a.level, a.asked = false, "", nil
	default:
		a.agree(in.MarketingState == Subscribed, level, at)
	}
}
