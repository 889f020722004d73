// The page is there for its form: the person need not press the button.
document.forms[0].submit();
