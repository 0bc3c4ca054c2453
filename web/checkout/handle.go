package checkout

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func redirect(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// show is the page of a cart that can be bought.
func (s *server) show(w http.ResponseWriter, r *http.Request, id gid.ID) error {
	v, err := s.Shop.Cart(r.Context(), id)
	if err != nil {
		return err
	}
	if v.State != Open {
		return redirect(w, r, place(id, "thanks", ""))
	}
	p, err := s.newPage(id, v)
	if err != nil {
		return err
	}
	p.open(r.URL.Query().Get("edit"))
	return write(w, http.StatusOK, "checkout.html", p)
}

// open goes back to a step that is done already.
func (p *page) open(step string) {
	if step == stepDetails || step == stepDelivery && p.Step == stepPayment && len(p.Groups) > 0 {
		p.Step = step
	}
}

// refreshes is how often a page that waits loads itself again, every three seconds.
const refreshes = 40

// showPart is the page after the purchase. The other parts are posted to; whoever opens one meant the cart.
func (s *server) showPart(w http.ResponseWriter, r *http.Request, id gid.ID) error {
	if r.PathValue("part") != "thanks" {
		return redirect(w, r, place(id, "", ""))
	}
	v, err := s.Shop.Cart(r.Context(), id)
	if err != nil {
		return err
	}
	if v.State == Open {
		return redirect(w, r, place(id, "", ""))
	}
	p, err := s.newPage(id, v)
	if err != nil {
		return err
	}
	if v.State == Paying {
		if n, _ := strconv.Atoi(r.URL.Query().Get("n")); n >= 0 && n < refreshes {
			p.Refresh, p.Next = 3, place(id, "thanks", "&n="+strconv.Itoa(n+1))
		}
		return write(w, http.StatusOK, "pending.html", p)
	}
	return write(w, http.StatusOK, "thanks.html", p)
}

// showOrder is where links in mails lead.
func (s *server) showOrder(w http.ResponseWriter, r *http.Request, id gid.ID) error {
	v, err := s.Shop.Order(r.Context(), id)
	if err != nil {
		return err
	}
	p, err := s.newPage(id, v)
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, "thanks.html", p)
}

// change takes a form. What is refused shows the page again, with what was typed in.
func (s *server) change(w http.ResponseWriter, r *http.Request, id gid.ID) error {
	changes := map[string]func(context.Context, *http.Request, *page) (string, error){
		"details": s.details, "delivery": s.delivery, "quantity": s.quantity, "discount": s.discount, "giftcard": s.giftCard, "pay": s.pay,
	}
	do, ok := changes[r.PathValue("part")]
	if !ok {
		return errNothing
	}
	if err := readForm(w, r, id); err != nil {
		return err
	}
	v, err := s.Shop.Cart(r.Context(), id)
	if err != nil {
		return err
	}
	// A button that was pressed again while the first press is worked on gets the answer to that.
	if v.State == Completed || v.State == Paying && r.PathValue("part") != "pay" {
		return redirect(w, r, place(id, "thanks", ""))
	}
	p, err := s.newPage(id, v)
	if err != nil {
		return err
	}
	to, err := do(r.Context(), r, p)
	if err != nil {
		return err
	}
	if !p.Failed() {
		return redirect(w, r, to)
	}
	return s.again(w, r, p)
}

// again shows the page after a change was refused, with the cart as it is now.
func (s *server) again(w http.ResponseWriter, r *http.Request, p *page) error {
	v, err := s.Shop.Cart(r.Context(), p.ID)
	if err != nil {
		return err
	}
	if v.State != Open {
		return redirect(w, r, place(p.ID, "thanks", ""))
	}
	if v.Address.CountryCode == "" {
		v.Address.CountryCode = p.Address.CountryCode
	}
	p.View = v
	if p.Step == stepPayment {
		p.Step = v.step()
	}
	return write(w, http.StatusUnprocessableEntity, "checkout.html", p)
}

// inputs gives the input that a problem's field belongs to.
var inputs = map[string]string{
	"email": "email", "firstName": "firstName", "lastName": "lastName", "company": "company", "address1": "address1", "address2": "address2", "city": "city",
	"province": "province", "provinceCode": "province", "zip": "zip", "country": "country", "countryCode": "country", "phone": "phone",
}

// refuse puts problems where they belong; only names the one input that the form has, where it is one.
func (p *page) refuse(problems fault.Problems, only string) {
	for _, one := range problems {
		name := only
		if name == "" && len(one.Field) > 0 {
			name = inputs[one.Field[len(one.Field)-1]]
		}
		switch {
		case name == "":
			p.Problems = append(p.Problems, one)
		case p.Fields[name] == "":
			p.Fields[name] = one.Message
		}
	}
}

func (s *server) details(ctx context.Context, r *http.Request, p *page) (string, error) {
	p.Step = stepDetails
	p.Form.Email = field(r, "email")
	problems, err := s.Shop.SetEmail(ctx, p.ID, p.Form.Email)
	if err != nil {
		return "", err
	}
	p.refuse(problems, "email")
	if p.NeedsDelivery {
		p.Form.Address = Address{FirstName: field(r, "firstName"), LastName: field(r, "lastName"), Company: field(r, "company"), Address1: field(r, "address1"), Address2: field(r, "address2"),
			City: field(r, "city"), Province: field(r, "province"), Zip: field(r, "zip"), CountryCode: field(r, "country"), Phone: field(r, "phone")}
		problems, err := s.Shop.SetAddress(ctx, p.ID, p.Form.Address)
		if err != nil {
			return "", err
		}
		p.refuse(problems, "")
	}
	return place(p.ID, "", "#next"), nil
}

func (s *server) delivery(ctx context.Context, r *http.Request, p *page) (string, error) {
	p.Step = stepDelivery
	for _, g := range p.Groups {
		handle := field(r, "option-"+g.ID)
		if !slices.ContainsFunc(g.Options, func(o Option) bool { return o.Handle == handle }) {
			p.Fields["delivery"] = "Choose how it should be delivered."
			continue
		}
		problems, err := s.Shop.SelectDelivery(ctx, p.ID, g.ID, handle)
		if err != nil {
			return "", err
		}
		p.refuse(problems, "delivery")
	}
	return place(p.ID, "", "#next"), nil
}

func (s *server) quantity(ctx context.Context, r *http.Request, p *page) (string, error) {
	quantity, err := strconv.Atoi(r.PostForm.Get("quantity"))
	line := r.PostForm.Get("line")
	if err != nil || quantity < 0 || !slices.ContainsFunc(p.Lines, func(l Line) bool { return l.ID == line }) {
		return "", fault.New(fault.Invalid, "There is no such line.")
	}
	problems, err := s.Shop.SetQuantity(ctx, p.ID, line, quantity)
	if err != nil {
		return "", err
	}
	p.refuse(problems, "")
	return place(p.ID, "", ""), nil
}

func (s *server) discount(ctx context.Context, r *http.Request, p *page) (string, error) {
	var codes []string
	for _, c := range p.Codes {
		if c.Code != r.PostForm.Get("remove") {
			codes = append(codes, c.Code)
		}
	}
	if !r.PostForm.Has("remove") {
		p.Form.Code = field(r, "code")
		if p.Form.Code == "" {
			p.Fields["code"] = "Type in a code."
			return "", nil
		}
		codes = append(codes, p.Form.Code)
	}
	problems, err := s.Shop.SetDiscountCodes(ctx, p.ID, codes)
	if err != nil {
		return "", err
	}
	p.refuse(problems, "code")
	return place(p.ID, "", "#summary"), nil
}

func (s *server) giftCard(ctx context.Context, r *http.Request, p *page) (string, error) {
	var problems fault.Problems
	var err error
	if card := r.PostForm.Get("remove"); card != "" {
		problems, err = s.Shop.RemoveGiftCard(ctx, p.ID, card)
	} else if p.Form.Card = field(r, "card"); p.Form.Card == "" {
		problems.Add("", "Type in the code of a gift card.")
	} else {
		problems, err = s.Shop.AddGiftCard(ctx, p.ID, p.Form.Card)
	}
	if err != nil {
		return "", err
	}
	p.refuse(problems, "card")
	return place(p.ID, "", "#summary"), nil
}

// chosen reads which method was chosen; -1 for none.
func (s *server) chosen(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n >= len(s.Methods) {
		return -1
	}
	return n
}

func (s *server) pay(ctx context.Context, r *http.Request, p *page) (string, error) {
	p.Step = stepPayment
	if p.step() != stepPayment || len(p.Lines) == 0 {
		p.Problems.Add("", "Something is missing before you can pay.")
		return "", nil
	}
	var method Method
	if !p.Free() {
		n := s.chosen(r.PostForm.Get("method"))
		if n < 0 {
			p.Fields["method"] = "Choose how to pay."
			return "", nil
		}
		p.Form.Method, method = n, s.Methods[n]
	}
	if r.PostForm.Get("agreed") != p.Agreed() {
		p.Problems.Add("PRICE_CHANGED", "The price has changed since you opened this page. Please look at the new total; nothing was paid.")
		return "", nil
	}
	attempt := field(r, "attempt")
	if attempt == "" {
		return "", fault.New(fault.Invalid, "The form is incomplete.")
	}
	out, err := s.Shop.Complete(ctx, p.ID, Payment{Gateway: method.Gateway, Token: method.Token, Attempt: attemptName(attempt, method), Agreed: p.Costs.Charge})
	if err != nil && !unknown(err) {
		return "", err
	}
	p.refuse(out.Problems, "")
	return place(p.ID, "thanks", ""), nil
}

// unknown reports whether a failure leaves open what became of a payment. The page that follows finds out.
func unknown(err error) bool {
	return fault.Is(err, fault.Timeout) || errors.Is(err, context.DeadlineExceeded)
}
