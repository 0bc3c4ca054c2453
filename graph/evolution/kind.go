package evolution

// Kind names what happened to an element. It stands in tables and in the file of acknowledged changes, and never changes.
type Kind string

// What can happen to a schema.
const (
	RootAdded   Kind = "root-added"
	RootChanged Kind = "root-changed"

	TypeAdded       Kind = "type-added"
	TypeRemoved     Kind = "type-removed"
	TypeKindChanged Kind = "type-kind-changed"
	ScalarSpecified Kind = "scalar-specification-changed"

	FieldAdded       Kind = "field-added"
	FieldRemoved     Kind = "field-removed"
	FieldTypeChanged Kind = "field-type-changed"

	ArgumentAdded          Kind = "argument-added"
	ArgumentRemoved        Kind = "argument-removed"
	ArgumentTypeChanged    Kind = "argument-type-changed"
	ArgumentDefaultChanged Kind = "argument-default-changed"

	InputFieldAdded          Kind = "input-field-added"
	InputFieldRemoved        Kind = "input-field-removed"
	InputFieldTypeChanged    Kind = "input-field-type-changed"
	InputFieldDefaultChanged Kind = "input-field-default-changed"
	OneOfAdded               Kind = "one-of-added"
	OneOfRemoved             Kind = "one-of-removed"

	ValueAdded   Kind = "enum-value-added"
	ValueRemoved Kind = "enum-value-removed"

	MemberAdded      Kind = "union-member-added"
	MemberRemoved    Kind = "union-member-removed"
	InterfaceAdded   Kind = "interface-added"
	InterfaceRemoved Kind = "interface-removed"

	DirectiveAdded          Kind = "directive-added"
	DirectiveRemoved        Kind = "directive-removed"
	DirectivePlaceAdded     Kind = "directive-location-added"
	DirectivePlaceRemoved   Kind = "directive-location-removed"
	DirectiveRepeatable     Kind = "directive-repeatable"
	DirectiveNoLongerRepeat Kind = "directive-not-repeatable"

	DeprecationAdded   Kind = "deprecation-added"
	DeprecationRemoved Kind = "deprecation-removed"
	DeprecationChanged Kind = "deprecation-changed"

	CostRaised      Kind = "cost-raised"
	CostLowered     Kind = "cost-lowered"
	ListSizeRaised  Kind = "list-size-raised"
	ListSizeLowered Kind = "list-size-lowered"
	PromiseMade     Kind = "promise-made"
	PromiseBroken   Kind = "promise-broken"
	AccessStricter  Kind = "access-stricter"
	AccessLooser    Kind = "access-looser"
)
